import assert from 'node:assert/strict'
import type { ResultsdbResult } from '../../../schemas/types.gen.ts'
import { onEachResultsdb, testcase, type Refusal } from './client.ts'

onEachResultsdb('results of ResultsDB', (client) => {
  const added: ResultsdbResult[] = []
  const at = (...indices: number[]): number[] => indices.map((index) => added[index]!.id)
  const ids = async (path: string): Promise<number[]> => (await client().list(path)).map(({ id }) => id)

  before(async () => {
    const { add } = client()
    const data = { item: 'perl-1-1.fc26', type: 'koji_build', arch: 'x86_64', moo: ['boo', 'woof'] }
    const day = (number: number) => `2020-01-0${number}T10:00:00.0`
    added.push(await add({ data, groups: ['g1'], submit_time: day(1) }))
    added.push(await add({ data: { ...data, arch: 'aarch64' }, outcome: 'FAILED', submit_time: day(2) }))
    added.push(
      await add({ data: { ...data, moo: 'woof' }, testcase: `${testcase}.fake`, submit_time: day(3) }),
    )
    added.push(
      await add({
        data: { item: 'bash-5-1.fc26', 'odd.key': 'a b' },
        groups: ['g1', 'g2'],
        submit_time: day(4),
      }),
    )
    added.push(
      await add({ data: { item: 'Bash_5' }, testcase: 'other', outcome: 'INFO', submit_time: day(4) }),
    )
  })

  it('come newest first, the later of two of one time before the other, or oldest first where asked', async () => {
    assert.deepEqual(await ids('/results'), at(4, 3, 2, 1, 0))
    assert.deepEqual(await ids('/results?_sort=asc:submit_time'), at(0, 1, 2, 3, 4))
    for (const sort of ['desc:submit_time', 'disable_sorting', 'asc:outcome', 'nonsense'])
      assert.deepEqual(await ids(`/results?_sort=${sort}`), at(4, 3, 2, 1, 0), sort)
  })

  it('that come within one millisecond keep their order', async () => {
    const { add } = client()
    const made = await Promise.all(Array.from({ length: 20 }, () => add({ testcase: 'burst' })))
    const times = new Set(made.map((result) => result.submit_time))
    assert.equal(times.size, 20)
    const seen = await client().list('/results?testcases=burst')
    assert.deepEqual(
      seen.map((result) => result.submit_time),
      [...times].sort().reverse(),
    )
  })

  it('are filtered by outcome, in any case, and by nothing that is no outcome', async () => {
    const end = 'since=2020-01-01,2020-01-05'
    assert.deepEqual(await ids(`/results?${end}&outcome=failed,info`), at(4, 1))
    assert.deepEqual(await ids(`/results?${end}&outcome=`), at(4, 3, 2, 1, 0))
    const { status, body } = await client().get<Refusal>('/results?outcome=GREAT')
    assert.equal(status, 400)
    assert.deepEqual(
      body.validation_error?.map(({ loc, msg, input }) => [loc, msg, input]),
      [
        [
          ['outcome'],
          'Value error, must be one of: PASSED, INFO, FAILED, NEEDS_INSPECTION, AMAZING',
          'GREAT',
        ],
      ],
    )
  })

  it('are filtered by testcases, by patterns of their names, and by either', async () => {
    assert.deepEqual(await ids(`/results?testcases=${testcase}`), at(3, 1, 0))
    assert.deepEqual(await ids(`/testcases/${testcase}/results`), at(3, 1, 0))
    assert.deepEqual(await ids(`/results?testcases=${testcase}.fake, other`), at(4, 2))
    assert.deepEqual(await ids(`/results?testcases:like=fedora-ci.*`), at(3, 2, 1, 0))
    assert.deepEqual(await ids(`/results?testcases:like=*.fake&testcases=other`), at(4, 2))
    assert.deepEqual(await ids(`/testcases/other/results?testcases:like=*.fake`), at(4, 2))
    assert.deepEqual(await ids('/results?testcases=nobody'), [])
  })

  it('are filtered by groups, which the address of a group overrides', async () => {
    assert.deepEqual(await ids('/results?groups=g1'), at(3, 0))
    assert.deepEqual(await ids('/results?groups=g2,g1'), at(3, 0))
    assert.deepEqual(await ids('/groups/g2/results?groups=g1'), at(3))
    assert.deepEqual(await ids('/groups/g1/results?arch=x86_64'), at(0))
    assert.deepEqual(await ids('/results?groups=nobody'), [])
  })

  it('are filtered by any other parameter as a data key: any of its values, and all of the keys', async () => {
    assert.deepEqual(await ids('/results?item=perl-1-1.fc26'), at(2, 1, 0))
    assert.deepEqual(await ids('/results?item=perl-1-1.fc26&moo=boo,woof'), at(2, 1, 0))
    assert.deepEqual(await ids('/results?item=perl-1-1.fc26&moo=boo,fake'), at(1, 0))
    assert.deepEqual(await ids('/results?arch=x86_64&arch=aarch64'), at(2, 1, 0))
    assert.deepEqual(await ids('/results?arch=x86_64&type=koji_build&outcome=passed'), at(2, 0))
    assert.deepEqual(await ids('/results?odd.key=a+b'), at(3))
    assert.deepEqual(await ids('/results?item:eq=bash-5-1.fc26'), at(3))
    assert.deepEqual(await ids('/results?item:x:like=bash-5-1.fc26'), [])
    assert.deepEqual(await ids('/results?item='), [])
    assert.deepEqual(await ids('/results?callback=x'), [])
  })

  it('are filtered by patterns of values, with notice of case', async () => {
    assert.deepEqual(await ids('/results?moo:like=*oo*'), at(2, 1, 0))
    assert.deepEqual(await ids('/results?moo:like=*fake*,bo*'), at(1, 0))
    assert.deepEqual(await ids('/results?item:like=bash*'), at(3))
    assert.deepEqual(await ids('/results?item:like=B%25'), at(4))
    assert.deepEqual(await ids('/results?item:like=_ash_5*'), at(4, 3))
    assert.deepEqual(await ids('/results?item:like=*\\_5'), at(4))
    assert.deepEqual(await ids('/results?item:like=*.fc26&arch:like=x86*'), at(2, 0))
  })

  it('are filtered by time, ends included, whose zone is dropped', async () => {
    assert.deepEqual(await ids('/results?since=2020-01-03T10:00:00,2020-01-04'), at(2))
    assert.deepEqual(await ids('/results?since=2020-01-03T10:00:00.000001,2020-01-04T10'), at(4, 3))
    assert.deepEqual(await ids('/results?since=2020-01-03T10:00:00%2B05:00,20200103T1000'), at(2))
    assert.deepEqual(await ids('/results?since=2020-01-03 10:00Z,2020-01-03T10:00:00,ignored'), at(2))
    assert.deepEqual(await ids('/results?since=2019,2020-01-01T23&item=perl-1-1.fc26'), at(0))
    assert.deepEqual(await ids('/results?since=2999'), [])
    for (const since of ['', ',2020-01-01', 'now', '2020-13-01', '2020-01-01,', '202001', '2020-01-01T25']) {
      const { status, body } = await client().get<Refusal>(`/results?since=${since}`)
      assert.deepEqual(
        [status, body.validation_error?.map(({ loc, msg }) => [loc, msg])],
        [400, [[['since'], 'Value error, must be in ISO8601 format']]],
        since,
      )
    }
  })

  it('come in pages that point to each other by the address that was asked for, readable', async () => {
    const { base, get } = client()
    const path = '/results?item%3Alike=*fc26&limit=1&since=2020'
    const first = await get(path)
    const there = `${base}/results?item:like=*fc26&limit=1&since=2020`
    assert.deepEqual([first.body.next, first.body.prev], [`${there}&page=1`, null])
    const second = await get(`${path}&page=1&callback=x%26y&testcases:like=*`)
    assert.deepEqual(
      [second.body.next, second.body.prev, second.body.data],
      [null, `${there}&page=0&testcases:like=*`, []],
    )
    const last = await get(`${path}&page=3`)
    assert.deepEqual([last.body.next, last.body.prev], [null, `${there}&page=2`])
    assert.deepEqual(
      last.body.data.map(({ id }) => id),
      at(0),
    )
    assert.deepEqual(Object.keys(last.body), ['data', 'next', 'prev'])
    assert.deepEqual((await get('/results?limit=0&since=2020')).body.data, [])
    assert.equal((await get('/results?page=-1&limit=1')).body.next, `${base}/results?page=-1&limit=1&page=1`)
  })

  it('refuse what is no page, and more than the service can bear', async () => {
    const { get } = client()
    const { body } = await get<Refusal>('/results?limit=many&page=x')
    assert.deepEqual(
      body.validation_error?.map(({ loc, type, msg, input }) => [loc[0], type, msg, input]),
      [
        [
          'limit',
          'int_parsing',
          'Input should be a valid integer, unable to parse string as an integer',
          'many',
        ],
        ['page', 'int_parsing', 'Input should be a valid integer, unable to parse string as an integer', 'x'],
      ],
    )
    for (const query of [
      'limit=-1',
      'page=999999999999',
      'item=%00',
      `item=${'a,'.repeat(1001)}`,
      `item=${'a,'.repeat(600)}&arch=${'b,'.repeat(600)}`,
      `item:like=${'a*,'.repeat(21)}`,
      `item:like=${'*a'.repeat(17)}`,
      `item:like=${'a'.repeat(400)}*`,
      `item:like=*a,*b,*c&testcases:like=*a,_b,%25c`,
      Array.from({ length: 21 }, (_, key) => `k${key}=v`).join('&'),
    ])
      assert.equal((await get(`/results?${query}`)).status, 400, query.slice(0, 40))
    const some = `item:like=${'a*,'.repeat(14)}a*&testcases:like=*a,*b,*c,*d,*e`
    for (const query of ['limit=5000', some])
      assert.equal((await get(`/results?${query}`)).status, 200, query)
  })

  it('are found one by one by their number, which nobody else has', async () => {
    const { get } = client()
    assert.equal((await get(`/results/${added[0]!.id}`)).body.testcase.name, testcase)
    for (const id of ['0', '999999', '99999999999999999999', '-1'])
      assert.deepEqual((await get(`/results/${id}`)).body, { message: 'Result not found' })
    for (const id of ['x', '1.5', '%00']) assert.equal((await get(`/results/${id}`)).status, 400, id)
  })

  it('are told of by a landing page and a health check', async () => {
    const { base, get } = client()
    for (const path of ['', '/']) {
      const { status, body } = await get<Record<string, unknown>>(path)
      assert.equal(status, 300)
      assert.deepEqual(body['outcomes'], ['PASSED', 'INFO', 'FAILED', 'NEEDS_INSPECTION', 'AMAZING'])
      assert.deepEqual(
        [body['groups'], body['results'], body['testcases']],
        ['groups', 'results', 'testcases'].map((what) => `${base}/${what}`),
      )
    }
    assert.deepEqual((await get('/healthcheck')).body, { message: 'Health check OK' })
  })
})
