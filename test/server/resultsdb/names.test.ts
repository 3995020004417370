import assert from 'node:assert/strict'
import { onEachResultsdb, testcase, type List } from './client.ts'
import type { ResultsdbGroup, ResultsdbTestcase } from '../../../schemas/types.gen.ts'

const uuid = '3ce5f6d7-ce34-489b-ab61-325ce634eab5'

onEachResultsdb('testcases and groups of ResultsDB', (client) => {
  const names = async (path: string): Promise<string[]> => {
    const { body } = await client().get<List<ResultsdbTestcase>>(path)
    return body.data.map(({ name }) => name)
  }
  const uuids = async (path: string): Promise<string[]> => {
    const { body } = await client().get<List<ResultsdbGroup>>(path)
    return body.data.map((group) => group.uuid)
  }

  it('makes a testcase, changes it when it is posted again, and keeps the slashes of its name in its address', async () => {
    const { base, post, get } = client()
    const made = { name: testcase, ref_url: 'https://example.com/t', href: `${base}/testcases/${testcase}` }
    const { status, body } = await post('/testcases', { name: testcase, ref_url: 'https://example.com/t' })
    assert.deepEqual([status, body], [201, made])
    assert.deepEqual((await get(`/testcases/${testcase}`)).body, made)
    const again = await post('/testcases', { name: testcase, ref_url: 'Updated' })
    assert.deepEqual([again.status, again.body], [201, { ...made, ref_url: 'Updated' }])
    assert.deepEqual((await post('/testcases', { name: testcase, ref_url: null })).body.ref_url, 'Updated')
  })

  it('says in the words of ResultsDB what is wrong with a testcase', async () => {
    const { post } = client()
    const missing = await post('/testcases', { ref_url: 'x' })
    assert.equal(missing.status, 400)
    assert.deepEqual(missing.body, {
      validation_error: [
        {
          input: { ref_url: 'x' },
          loc: ['name'],
          msg: 'Field required',
          type: 'missing',
          url: 'https://errors.pydantic.dev/2.11/v/missing',
        },
      ],
    })
    const texts: unknown[][] = []
    for (const name of ['', 5, 'x'.repeat(513), 'a\0b'])
      texts.push(
        ...((await post('/testcases', { name })).body.validation_error ?? []).map(({ type, msg }) => [
          type,
          msg,
        ]),
      )
    assert.deepEqual(texts, [
      ['string_too_short', 'String should have at least 1 character'],
      ['string_type', 'Input should be a valid string'],
      ['string_too_long', 'String should have at most 512 characters'],
      ['value_error', 'Value error, text cannot hold a NUL character'],
    ])
  })

  it('knows no testcase and no group that nobody named, hostile names included', async () => {
    const { get } = client()
    for (const name of ['nobody', 'a%00b', '%ff', "'%20or%201=1", '..%2f..%2fetc', 'x'.repeat(2000)]) {
      const { status, body } = await get(`/testcases/${name}`)
      if (name !== '%ff') assert.deepEqual([status, body], [404, { message: 'Testcase not found' }])
      else assert.deepEqual([status, body], [400, { message: 'Bad request' }])
    }
    assert.deepEqual((await get('/testcases/nobody/results')).body, { message: 'Testcase not found' })
    assert.deepEqual((await get('/groups/missing')).body, { message: 'Group not found' })
    const { status, body } = await get('/groups/missing/results')
    assert.deepEqual([status, body], [404, { message: 'Group not found: missing' }])
  })

  it('lists testcases by name, all, exactly named ones, or those that fit a pattern', async () => {
    const { post } = client()
    for (const name of ['dist.b', 'dist.a', 'Dist.c', 'dist.a_x']) await post('/testcases', { name })
    assert.deepEqual(await names('/testcases?name=dist.b,dist.a'), ['dist.a', 'dist.b'])
    assert.deepEqual(await names('/testcases?name:like=dist.*'), ['dist.a', 'dist.a_x', 'dist.b'])
    assert.deepEqual(await names('/testcases?name:like=*IST*'), [])
    assert.deepEqual(await names('/testcases?name:like=*st._'), ['Dist.c', 'dist.a', 'dist.b'])
    assert.deepEqual(await names('/testcases?name:like=dist.a\\_%25'), ['dist.a_x'])
    assert.deepEqual(await names('/testcases?name:like=*[a-z]*'), [])
    assert.deepEqual(await names('/testcases?name=dist.b&name:like=*'), ['dist.b'])
    assert.deepEqual(await names('/testcases?limit=2&name:like=dist*&page=1'), ['dist.b'])
  })

  it('makes a group, changes only what is said of it when it is posted again, and makes up a UUID', async () => {
    const { base, post, get } = client()
    const group = {
      uuid,
      description: 'Testing Group',
      ref_url: 'https://example.com/g',
      href: `${base}/groups/${uuid}`,
      results: `${base}/results?groups=${uuid}`,
      results_count: 0,
    }
    const { status, body } = await post('/groups', {
      uuid,
      description: 'Testing Group',
      ref_url: 'https://example.com/g',
    })
    assert.deepEqual([status, body], [201, group])
    const changed = await post('/groups', { uuid, description: 'Changed', ref_url: '' })
    assert.deepEqual([changed.status, changed.body], [201, { ...group, description: 'Changed' }])
    assert.deepEqual((await get(`/groups/${uuid}`)).body, { ...group, description: 'Changed' })
    const { body: anonymous } = await post('/groups', {})
    assert.match(anonymous.uuid, /^[0-9a-f-]{36}$/)
    assert.deepEqual([anonymous.description, anonymous.ref_url, anonymous.results_count], [null, null, 0])
  })

  it('refuses a UUID that has no place, with 400 where ResultsDB breaks', async () => {
    const { post } = client()
    for (const wrong of ['x'.repeat(37), 7, ['a']])
      assert.equal((await post('/groups', { uuid: wrong })).status, 400)
    for (const body of ['[]', 'null', '"x"', '5']) assert.equal((await post('/groups', body)).status, 400)
  })

  it('lists groups newest first, by UUIDs, descriptions or patterns of them', async () => {
    const { post } = client()
    await post('/groups', { uuid: 'FooBar', description: 'FooBar' })
    await post('/groups', { uuid: 'BarFoo', description: 'BarFoo' })
    await post('/groups', { uuid: 'long', description: `${'x'.repeat(300)}tail` })
    assert.deepEqual(await uuids('/groups?uuid=FooBar,BarFoo'), ['BarFoo', 'FooBar'])
    assert.deepEqual(await uuids('/groups?description=FooBar,BarFoo,,'), ['BarFoo', 'FooBar'])
    assert.deepEqual(await uuids('/groups?description:like=*ooB*,Bar*'), ['BarFoo', 'FooBar'])
    assert.deepEqual(await uuids(`/groups?description:like=${'x'.repeat(250)}*tail`), ['long'])
    assert.deepEqual(await uuids(`/groups?description=${'x'.repeat(300)}tail`), ['long'])
    assert.deepEqual(await uuids('/groups?description=FooBar&description:like=*'), ['FooBar'])
    assert.deepEqual(await uuids('/groups?description=FooBar&uuid=BarFoo'), [])
  })
})
