import assert from 'node:assert/strict'
import { onEachResultsdb } from './client.ts'

const filterNeeded = "Please, provide at least one filter beside '_distinct_on'"

onEachResultsdb('the latest results of ResultsDB', (client) => {
  let minute = 0
  const add = async (testcase: string, data: object, more: object = {}): Promise<void> => {
    const submit_time = `2020-01-01T00:${String(minute++).padStart(2, '0')}:00.0`
    await client().add({ testcase, data, submit_time, ...more })
  }
  /** Testcase, the first value of `key` and outcome of each. */
  const seen = async (query: string, key: string): Promise<string[]> => {
    const results = await client().list(`/results/latest?${query}`)
    return results.map(({ testcase, data, outcome }) =>
      [testcase.name, data[key]?.[0] ?? '-', outcome].join(' '),
    )
  }

  before(async () => {
    for (const item of ['grub', 'bash']) {
      await add('tc_1', { item, scenario: 's_1', flag: 'f' })
      await add('tc_2', { item, scenario: 's_1', flag: 'g' })
      await add('tc_2', { item, scenario: 's_2', flag: 'g' })
      await add('tc_3', { item })
      await add('tc_1', { item }, { outcome: 'FAILED', groups: ['group'] })
      await add('tc_1', { item, scenario: 's_1', flag: 'f' }, { outcome: 'INFO' })
    }
  })

  it('are one of each testcase, newest first', async () => {
    assert.deepEqual(await seen('', 'item'), ['tc_1 bash INFO', 'tc_3 bash PASSED', 'tc_2 bash PASSED'])
    assert.deepEqual(await seen('testcases=tc_2', 'scenario'), ['tc_2 s_2 PASSED'])
    assert.deepEqual(await seen('testcases:like=tc_[12],*3', 'scenario'), ['tc_3 - PASSED'])
    assert.deepEqual((await seen('testcases:like=*', 'item')).length, 3)
  })

  it('are the newest of what matches, whatever outcome, order or page is asked for', async () => {
    assert.deepEqual(
      await seen('item=grub&outcome=FAILED&limit=1&page=7&_sort=asc:submit_time', 'scenario'),
      ['tc_1 s_1 INFO', 'tc_3 - PASSED', 'tc_2 s_2 PASSED'],
    )
    assert.deepEqual(await seen('groups=group', 'item'), ['tc_1 bash FAILED'])
    assert.deepEqual(await seen('scenario=s_1', 'item'), ['tc_1 bash INFO', 'tc_2 bash PASSED'])
    assert.deepEqual(await seen('scenario:like=s*&since=2020-01-01,2020-01-01T00:01', 'item'), [
      'tc_2 grub PASSED',
      'tc_1 grub PASSED',
    ])
    assert.deepEqual(await seen('item=nobody', 'item'), [])
  })

  it('are one of each combination of the keys of _distinct_on, a missing key being one of its own', async () => {
    const each = ['tc_1 s_1 INFO', 'tc_1 - FAILED', 'tc_3 - PASSED', 'tc_2 s_2 PASSED', 'tc_2 s_1 PASSED']
    assert.deepEqual(await seen('item=grub&_distinct_on=scenario', 'scenario'), each)
    assert.deepEqual(await seen('since=2020&_distinct_on=scenario', 'scenario'), each)
    assert.deepEqual(await seen('item:like=*&_distinct_on=scenario,arch', 'scenario'), each)
    assert.deepEqual(await seen('testcases=tc_2&_distinct_on=scenario', 'scenario'), [
      'tc_2 s_2 PASSED',
      'tc_2 s_1 PASSED',
    ])
    assert.deepEqual(await seen('testcases=tc_1&_distinct_on=flag', 'flag'), ['tc_1 f INFO', 'tc_1 - FAILED'])
    assert.deepEqual(await seen('testcases=tc_3&_distinct_on=scenario', 'item'), ['tc_3 bash PASSED'])
    assert.deepEqual(await seen('groups=group&_distinct_on=item', 'item'), [
      'tc_1 bash FAILED',
      'tc_1 grub FAILED',
    ])
  })

  it('need one filter beside _distinct_on', async () => {
    for (const query of ['_distinct_on=scenario', '_distinct_on=scenario&outcome=PASSED&limit=1']) {
      const { status, body } = await client().get(`/results/latest?${query}`)
      assert.deepEqual([status, body], [400, { message: filterNeeded }])
    }
  })

  it('count a result with several values of a key for each of them', async () => {
    await add('tc_4', { item: 'x', scenario: ['a', 'b'], own: ['a', 'b'] }, { outcome: 'INFO' })
    await add('tc_4', { item: 'x', scenario: 'a', own: 'a' })
    const both = ['tc_4 a PASSED', 'tc_4 a INFO']
    assert.deepEqual(await seen('testcases=tc_4&_distinct_on=scenario', 'scenario'), both)
    assert.deepEqual(await seen('testcases=tc_4&_distinct_on=own', 'own'), both)
  })

  it('are several where they are equally new', async () => {
    for (const outcome of ['PASSED', 'FAILED'])
      await client().add({ testcase: 'tie', outcome, data: { item: 'tie' }, submit_time: 1e12 })
    assert.equal((await seen('testcases=tie', 'item')).length, 2)
    assert.equal((await seen('item=tie', 'item')).length, 2)
    assert.equal((await seen('item=tie&_distinct_on=arch', 'item')).length, 1)
  })
})
