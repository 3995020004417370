import assert from 'node:assert/strict'
import type { Knex } from 'knex'
import { readResultsQuery } from '../../../core/resultsdb/query.ts'
import { openDatabase } from '../../../server/store/database.ts'
import { bounds } from '../../../server/store/resultsdb-plan.ts'
import { resultsdbResults } from '../../../server/store/resultsdb-results.ts'
import { writeResults, type NewRecord } from '../../../server/store/resultsdb-write.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'

const outcomes = ['PASSED', 'FAILED']
const count = 3000
const narrow = { ...bounds, few: 40, walked: 400 }

/** The `at`th of many results whose keys repeat at different paces; times come in no order. */
function record(at: number): NewRecord {
  return {
    executionId: null,
    testcase: { name: `tc.${at % 13}` },
    outcome: outcomes[at % 7 === 0 ? 1 : 0]!,
    verdict: null,
    note: null,
    refUrl: null,
    artifact: null,
    postedBy: null,
    submitTime: ((at * 7919) % count) * 1_000_000,
    groups: at % 5 === 0 ? [{ uuid: `g${at % 2}` }] : [],
    pairs: [
      ['item', `item-${at % 300}`],
      ['type', at % 10 === 0 ? 'rare' : 'common'],
      ['even', String(at % 2 === 0)],
      ...(at % 3 === 0 ? [] : ([['arch', `arch${at % 3}`]] as const)),
      ...(at % 11 === 0 ? ([['arch', 'both']] as const) : []),
    ],
  }
}

onEachDatabase('the store of results', (open) => {
  let database: TestDatabase
  let db: Knex
  const records = Array.from({ length: count }, (_, at) => ({ ...record(at), id: at + 1 }))
  const newest = records.toSorted((one, other) => other.submitTime - one.submitTime || other.id - one.id)
  type Stored = (typeof records)[number]

  before(async () => {
    database = await open()
    db = await openDatabase(database.url)
    const ids = await db.transaction((trx) => writeResults(trx, records))
    assert.deepEqual(
      ids,
      records.map(({ id }) => id),
    )
  })
  after(async () => {
    await db.destroy()
    await database[Symbol.asyncDispose]()
  })

  const has = (result: Stored, key: string, ...values: string[]): boolean =>
    result.pairs.some(([one, value]) => one === key && values.includes(value))
  const name = (result: Stored): string => result.testcase.name
  const queries: Record<string, (result: Stored) => boolean> = {
    '': () => true,
    'item=item-7': (result) => has(result, 'item', 'item-7'),
    'item=item-7&even=false&testcases=tc.7,tc.3': (result) =>
      has(result, 'item', 'item-7') && ['tc.7', 'tc.3'].includes(name(result)),
    'type=common&even=true': (result) => has(result, 'type', 'common') && has(result, 'even', 'true'),
    'type=common,rare&arch=both': (result) => has(result, 'arch', 'both'),
    'arch=arch1,both': (result) => has(result, 'arch', 'arch1', 'both'),
    'item:like=item-1*&outcome=FAILED': (result) =>
      result.outcome === 'FAILED' && result.pairs.some(([, value]) => value.startsWith('item-1')),
    'testcases:like=*1*&outcome=PASSED': (result) =>
      name(result).includes('1') && result.outcome === 'PASSED',
    'testcases=tc.3,tc.5': (result) => ['tc.3', 'tc.5'].includes(name(result)),
    'outcome=PASSED,FAILED': () => true,
    'groups=g0&type=rare': (result) => result.groups[0]?.uuid === 'g0' && has(result, 'type', 'rare'),
    'groups=g0,g1': (result) => result.groups.length > 0,
    'since=1970-01-01T00:10:00,1970-01-01T00:20:00&even=true&type=common': (result) =>
      result.submitTime >= 6e8 &&
      result.submitTime <= 12e8 &&
      has(result, 'even', 'true') &&
      has(result, 'type', 'common'),
  }

  for (const [query, fits] of Object.entries(queries))
    it(`finds by ${query || 'nothing'} what fits, in order, on every page, however it is looked for`, async () => {
      const expected = newest.filter(fits).map(({ id }) => id)
      for (const { limits, sort, page } of [
        { limits: bounds, sort: 'desc', page: 0 },
        { limits: bounds, sort: 'asc', page: 2 },
        { limits: { ...bounds, few: 40 }, sort: 'desc', page: 1 },
        { limits: { ...bounds, few: 1 }, sort: 'asc', page: 0 },
      ]) {
        const params = new URLSearchParams(`${query}&limit=10&page=${page}&_sort=${sort}:submit_time`)
        const found = await resultsdbResults(db, limits).page(readResultsQuery(params, outcomes))
        const ordered = sort === 'desc' ? expected : expected.toReversed()
        assert.deepEqual(
          found.map(({ id }) => id),
          ordered.slice(page * 10, page * 10 + 11),
          JSON.stringify({ limits, sort, page }),
        )
      }
    })

  it('says that it looked far enough instead of answering with a part', async () => {
    const query = readResultsQuery(
      new URLSearchParams('even=true&type=common&since=1970&outcome=FAILED'),
      outcomes,
    )
    await assert.rejects(resultsdbResults(db, { ...narrow, walked: 60 }).page({ ...query, limit: 40 }), {
      message: 'Too many results to look through: add filters that fewer of them fit',
    })
    const latest = (params: string, limits: Partial<typeof bounds>) =>
      resultsdbResults(db, { ...bounds, ...limits }).latest(
        readResultsQuery(new URLSearchParams(params), outcomes),
      )
    await assert.rejects(latest('even=true', { matching: 1000 }), { status: 400 })
    await assert.rejects(latest('even=true&item:like=*', { few: 1, walked: 1000 }), { status: 400 })
    await assert.rejects(latest('', { latest: 12 }), { status: 400 })
    assert.equal((await latest('', { latest: 13 })).length, 13)
  })

  for (const [query, fits] of Object.entries(queries))
    it(`finds by ${query || 'testcase'} the newest of each testcase and of each architecture`, async () => {
      const { latest } = resultsdbResults(db)
      const fitting = newest.filter((result) => fits(result) || query.includes('outcome'))
      const read = (more: string) => readResultsQuery(new URLSearchParams(`${query}${more}`), outcomes)
      const chosen = query.includes('outcome')
        ? fitting.filter((result) => !query.includes('like') || likeFits(query, result))
        : fitting
      const each = (keyOf: (result: Stored) => string[]) => {
        const seen = new Set<string>()
        return chosen
          .filter((result) => {
            const fresh = keyOf(result).filter((key) => !seen.has(key))
            for (const key of fresh) seen.add(key)
            return fresh.length > 0
          })
          .map(({ id }) => id)
      }
      assert.deepEqual(
        (await latest(read(''))).map(({ id }) => id),
        each((result) => [name(result)]),
      )
      const archs = (result: Stored): string[] => {
        const values = result.pairs.flatMap(([key, value]) => (key === 'arch' ? [value] : []))
        return (values.length > 0 ? values : ['-']).map((value) => `${name(result)} ${value}`)
      }
      if (query !== '')
        assert.deepEqual(
          (await latest(read('&_distinct_on=arch'))).map(({ id }) => id),
          each(archs),
        )
    })

  /** Outcomes are no filter of the latest. */
  const likeFits = (query: string, result: Stored): boolean =>
    query.startsWith('item')
      ? result.pairs.some(([, value]) => value.startsWith('item-1'))
      : name(result).includes('1')
})
