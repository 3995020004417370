import assert from 'node:assert/strict'
import { onEachResultsdb, testcase, type Refusal } from './client.ts'

const uuid = '3ce5f6d7-ce34-489b-ab61-325ce634eab5'
const sound = { outcome: 'PASSED', testcase }

onEachResultsdb('a result that another system posts', (client) => {
  /** Where, of which kind and in which words the answer to `body` finds faults. */
  const faults = async (body: unknown): Promise<unknown[][]> => {
    const { status, body: refusal } = await client().post<Refusal>('/results', body)
    assert.equal(status, 400, JSON.stringify(refusal))
    return (refusal.validation_error ?? []).map(({ loc, type, msg }) => [loc.join('.'), type, msg])
  }

  it('is stored whole and answered as it is read later', async () => {
    const { base, post, get } = client()
    const { status, body } = await post('/results', {
      outcome: ' passed ',
      testcase: { name: testcase, ref_url: 'https://example.com/t' },
      groups: [uuid],
      note: 'Result Note',
      ref_url: 'https://example.com/r',
      data: { item: 'perl-Specio-0.25-1.fc26', type: 'koji_build', moo: ['boo', 'woof'] },
      submit_time: '2022-08-24T06:54:57.123456',
      unknown: 1,
    })
    assert.equal(status, 201, JSON.stringify(body))
    assert.deepEqual(body, {
      data: { item: ['perl-Specio-0.25-1.fc26'], moo: ['boo', 'woof'], type: ['koji_build'] },
      groups: [uuid],
      href: `${base}/results/${body.id}`,
      id: body.id,
      note: 'Result Note',
      outcome: 'PASSED',
      ref_url: 'https://example.com/r',
      submit_time: '2022-08-24T06:54:57.123456',
      testcase: { href: `${base}/testcases/${testcase}`, name: testcase, ref_url: 'https://example.com/t' },
    })
    assert.deepEqual(Object.keys(body), Object.keys(body).sort())
    assert.deepEqual((await get(`/results/${body.id}`)).body, body)
  })

  it('needs no more than an outcome and a testcase', async () => {
    const { post } = client()
    const before = new Date().toISOString().slice(0, -1)
    const { body } = await post('/results', {
      ...sound,
      groups: null,
      note: null,
      data: null,
      submit_time: null,
    })
    assert.deepEqual([body.groups, body.note, body.ref_url, body.data], [[], null, null, {}])
    assert.ok(body.submit_time >= before.slice(0, 19) && !body.submit_time.endsWith('Z'), body.submit_time)
  })

  it('is submitted when it says, in each of the forms that ResultsDB reads', async () => {
    const submitted = async (submit_time: unknown) => (await client().add({ submit_time })).submit_time
    assert.equal(await submitted(1661324097123), '2022-08-24T06:54:57.123000')
    assert.equal(await submitted('1661324097123'), '2022-08-24T06:54:57.123000')
    for (const zone of ['', 'Z', '+00:00', '+0000', '+00'])
      assert.equal(await submitted(`2022-08-24T06:54:57.123456${zone}`), '2022-08-24T06:54:57.123456')
    assert.equal(await submitted('2022-08-24T06:54:57.5+02:00'), '2022-08-24T04:54:57.500000')
    assert.equal(await submitted('2022-08-24T06:54:57.0'), '2022-08-24T06:54:57')
    assert.equal(await submitted(-1), '1969-12-31T23:59:59.999000')
    const refused = ['now', '2022-08-24T06:54:57', '2022-02-30T00:00:00.0', [1], {}, 1.5, 1e30]
    for (const submit_time of refused)
      assert.equal((await faults({ ...sound, submit_time }))[0]?.[0], 'submit_time')
    const message =
      'Value error, Expected timestamp in milliseconds or datetime (in format YYYY-MM-DDTHH:MM:SS.ffffff), got '
    assert.deepEqual(await faults({ ...sound, submit_time: 'now' }), [
      ['submit_time', 'value_error', `${message}'now'`],
    ])
  })

  it('makes the testcase and the groups that it names, or changes them', async () => {
    const { add, get } = client()
    await add({
      testcase: { name: 'made', ref_url: 'a' },
      groups: ['g1', { uuid: 'g2', description: 'two' }, {}],
    })
    await add({ testcase: { name: 'made' }, groups: [{ uuid: 'g2', ref_url: 'r' }] })
    assert.equal((await get('/testcases/made')).body.ref_url, 'a')
    const { body } = await get('/groups/g2')
    assert.deepEqual([body.description, body.ref_url, body.results_count], ['two', 'r', 2])
    await add({ testcase: { name: 'made', ref_url: null }, groups: [{ uuid: 'g2', description: null }] })
    assert.equal((await get('/testcases/made')).body.ref_url, null)
    assert.equal((await get('/groups/g2')).body.description, null)
    assert.equal((await add({ groups: ['same', 'same'] })).groups.length, 1)
  })

  it('keeps data as the text that Python makes of it', async () => {
    const { data } = await client()
      .post(
        '/results',
        `{"outcome": "INFO", "testcase": "t", "data": {
      "flag": true, "nothing": null, "whole": 1.0, "large": 12345678901234567890, "small": 1e-7, "number": 7,
      "nested": {"k": ["it's", 2]}, "mixed": ["a", 1, false, [], {}], "none": [], "__proto__": "x", "quote": ["\\"'"]}}`,
      )
      .then(({ body }) => body)
    assert.deepEqual(data, {
      ['__proto__']: ['x'],
      flag: ['True'],
      large: ['12345678901234567890'],
      mixed: ['a', '1', 'False', '[]', '{}'],
      nested: [`{'k': ["it's", 2]}`],
      nothing: ['None'],
      number: ['7'],
      quote: [`"'`],
      small: ['1e-07'],
      whole: ['1.0'],
    })
  })

  it('tells every fault at once, in the words and the order of ResultsDB', async () => {
    assert.deepEqual(await faults({ groups: 'x', note: 1, data: [], ref_url: {}, submit_time: 'now' }), [
      ['outcome', 'missing', 'Field required'],
      ['testcase', 'missing', 'Field required'],
      ['groups', 'list_type', 'Input should be a valid list'],
      ['note', 'string_type', 'Input should be a valid string'],
      ['data', 'dict_type', 'Input should be a valid dictionary'],
      ['ref_url', 'string_type', 'Input should be a valid string'],
      [
        'submit_time',
        'value_error',
        "Value error, Expected timestamp in milliseconds or datetime (in format YYYY-MM-DDTHH:MM:SS.ffffff), got 'now'",
      ],
    ])
    const known = 'Value error, must be one of: PASSED, INFO, FAILED, NEEDS_INSPECTION, AMAZING'
    assert.deepEqual(await faults({ ...sound, outcome: 'FAKE' }), [['outcome', 'value_error', known]])
    assert.equal((await client().add({ outcome: 'amazing' })).outcome, 'AMAZING')
    for (const empty of ['', {}, { name: '' }, null, 0, []])
      assert.deepEqual(await faults({ outcome: 'passed', testcase: empty }), [
        ['testcase', 'value_error', 'Value error, testcase name must be non-empty'],
      ])
  })

  it('is refused with 400 where ResultsDB breaks', async () => {
    assert.equal((await faults({ ...sound, groups: [5] }))[0]?.[0], 'groups.0')
    assert.equal((await faults({ ...sound, groups: ['x'.repeat(37)] }))[0]?.[0], 'groups.0.uuid')
    assert.equal((await faults({ ...sound, testcase: { name: 5 } }))[0]?.[0], 'testcase.name')
    assert.equal((await faults({ ...sound, note: 'a\0b' }))[0]?.[0], 'note')
    assert.equal((await faults({ ...sound, data: { k: 'a\0b' } }))[0]?.[0], 'data.k')
    for (const body of ['[]', 'null', '5']) assert.equal((await faults(body))[0]?.[1], 'dict_type')
  })

  it('has no colon in a key, and at most so many of everything', async () => {
    const { post } = client()
    const { status, body } = await post('/results', { ...sound, data: { fine: 1, 'a:b': 2, 'c:d:e': 3 } })
    assert.deepEqual([status, body], [400, { message: "Colon not allowed in key name: ['a:b', 'c:d:e']" }])
    const many = Array.from({ length: 1001 }, (_, at) => String(at))
    assert.equal((await faults({ ...sound, data: { many } }))[0]?.[0], 'data')
    assert.equal((await faults({ ...sound, groups: many }))[0]?.[0], 'groups')
    assert.equal((await faults({ ...sound, data: { ['k'.repeat(257)]: 1 } }))[0]?.[1], 'string_too_long')
    const large = await post('/results', { ...sound, note: 'x'.repeat(1024 ** 2) })
    assert.equal(large.status, 413)
    assert.ok(large.body.message)
  })

  it('may hold long values and broken characters, and is found by them', async () => {
    const { add, list } = client()
    const long = 'é'.repeat(5000)
    const { id } = await add({ data: { long: `${long}!`, broken: '\ud800', 'k\udc00': 'x' } })
    await add({ data: { long } })
    const found = async (query: string) => (await list(`/results?${query}`)).map((result) => result.id)
    assert.deepEqual(await found(`long=${encodeURIComponent(long.slice(0, 400))}`), [])
    const before = (await found(`long:like=${encodeURIComponent('é'.repeat(100))}*`)).length
    assert.deepEqual([before, (await found('broken=%EF%BF%BD'))[0]], [2, id])
  })

  it('is stored though many come at once that change the same groups in different orders', async () => {
    const { add, get } = client()
    const groups = ['c1', 'c2', 'c3', 'c4'].map((uuid) => ({ uuid, description: 'at once' }))
    const pairs = Array.from({ length: 10 }, (_, at): [string, string[]] => [`key${at}`, ['a', 'b']])
    const made = await Promise.all(
      Array.from({ length: 40 }, (_, at) => {
        const turned = <T>(list: T[]): T[] => [
          ...list.slice(at % list.length),
          ...list.slice(0, at % list.length),
        ]
        const testcase = { name: `at.once.${at % 3}`, ref_url: 'r' }
        return add({ testcase, groups: turned(groups), data: Object.fromEntries(turned(pairs)) })
      }),
    )
    assert.equal(new Set(made.map(({ id }) => id)).size, 40)
    assert.equal((await get('/groups/c1')).body.results_count, 40)
  })

  it('is JSON, or refused in the way of ResultsDB', async () => {
    const { base, post, get } = client()
    assert.deepEqual((await post('/results', '{"outcome":')).body, { message: 'Bad request' })
    assert.deepEqual((await post('/results', '')).body, { message: 'Bad request' })
    assert.equal((await post('/results', sound, { 'content-type': 'text/plain' })).status, 415)
    assert.equal((await post('/results', sound, { 'content-type': 'application/ld+json' })).status, 201)
    assert.equal((await post('/results', sound, { accept: 'text/plain' })).status, 201)
    assert.deepEqual((await post('/nothing', {})).body, { message: 'Not found' })
    for (const [method, path] of [
      ['DELETE', '/results/1'],
      ['PUT', '/results'],
      ['POST', '/results/latest'],
      ['PATCH', '/testcases/a/b'],
    ]) {
      const response = await fetch(`${base}${path}`, { method: method! })
      assert.equal(response.status, 405, `${method} ${path}`)
      assert.ok(response.headers.get('allow'))
    }
    for (const path of ['/nothing', '/results/', '/testcases/'])
      assert.deepEqual((await get(path)).body, { message: 'Not found' }, path)
  })

  it('tells a message beside the faults to the Python client, which breaks without one', async () => {
    const { body } = await client().post('/results', {}, { accept: 'text/plain' })
    assert.equal(body.message, 'outcome: Field required; testcase: Field required')
    assert.equal(body.validation_error?.length, 2)
  })
})
