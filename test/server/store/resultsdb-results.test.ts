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
      result.pairs.some(([, value]) => value.startsWith('item-1')),
    'testcases:like=*1*&outcome=PASSED': (result) => name(result).includes('1'),
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
  const read = (text: string) => readResultsQuery(new URLSearchParams(text), outcomes)
  const idsOf = (results: readonly { id: number }[]): number[] => results.map(({ id }) => id)

  for (const [query, fits] of Object.entries(queries))
    it(`finds by ${query || 'nothing'} what fits, in order, on every page, however it is looked for`, async () => {
      const expected = idsOf(
        newest.filter((result) => {
          const asked = /outcome=([\w,]+)/.exec(query)?.[1]?.split(',') ?? outcomes
          return fits(result) && asked.includes(result.outcome)
        }),
      )
      for (const { limits, sort, page } of [
        { limits: bounds, sort: 'desc', page: 0 },
        { limits: bounds, sort: 'asc', page: 2 },
        { limits: { ...bounds, few: 40, near: 40 }, sort: 'desc', page: 1 },
        { limits: { ...bounds, few: 1, near: 1 }, sort: 'asc', page: 0 },
      ]) {
        const asked = read(`${query}&limit=10&page=${page}&_sort=${sort}:submit_time`)
        const ordered = sort === 'desc' ? expected : expected.toReversed()
        assert.deepEqual(
          idsOf(await resultsdbResults(db, limits).page(asked)),
          ordered.slice(page * 10, page * 10 + 11),
          JSON.stringify({ limits, sort, page }),
        )
      }
    })

  it('says that it looked far enough instead of answering with a part', async () => {
    const far = resultsdbResults(db, { ...bounds, few: 40, near: 40, walked: 60 })
    await assert.rejects(far.page(read('even=true&type=common&outcome=FAILED&limit=40')), {
      message: 'Too many results to look through: add filters that fewer of them fit',
    })
    const latest = (text: string, limits: Partial<typeof bounds>) =>
      resultsdbResults(db, { ...bounds, ...limits }).latest(read(text))
    await assert.rejects(latest('even=true', { matching: 1000 }), { status: 400 })
    await assert.rejects(latest('even=true&item:like=*', { few: 1, walked: 1000 }), { status: 400 })
    await assert.rejects(latest('', { latest: 12 }), { status: 400 })
    assert.equal((await latest('', { latest: 13 })).length, 13)
  })

  /** The first of each key that `keysOf` names, newest first. */
  const firstOfEach = (results: readonly Stored[], keysOf: (result: Stored) => string[]): number[] => {
    const seen = new Set<string>()
    const firsts = results.filter((result) => {
      const fresh = keysOf(result).filter((key) => !seen.has(key))
      for (const key of fresh) seen.add(key)
      return fresh.length > 0
    })
    return idsOf(firsts)
  }
  const byArch = (result: Stored): string[] => {
    const values = result.pairs.flatMap(([key, value]) => (key === 'arch' ? [value] : []))
    return (values.length > 0 ? values : ['-']).map((value) => `${name(result)} ${value}`)
  }

  for (const [query, fits] of Object.entries(queries))
    it(`finds by ${query || 'nothing'} the newest of each testcase and of each architecture`, async () => {
      const store = resultsdbResults(db)
      const fitting = newest.filter(fits)
      assert.deepEqual(
        idsOf(await store.latest(read(query))),
        firstOfEach(fitting, (result) => [name(result)]),
      )
      const perArch = await store.latest(read(`${query}&_distinct_on=arch`))
      assert.deepEqual(idsOf(perArch), firstOfEach(fitting, byArch))
    })
})
