/** The newest results: from the testcases or their variants where only traits are asked about, else from all that match. */
import type { Knex } from 'knex'
import { Refused } from '../../core/resultsdb/faults.ts'
import { newestPerBucket, newestPerTestcase } from '../../core/resultsdb/latest.ts'
import type { ResultsQuery } from '../../core/resultsdb/query.ts'
import { traitKeys } from '../../core/resultsdb/traits.ts'
import type { Database } from './database.ts'
import { filtersOf, whereFound, whereMeant, within, type Filter } from './resultsdb-filters.ts'
import { isEndless, makePlan, matching, type Bounds } from './resultsdb-plan.ts'
import { dataOf, resultsdbColumns, resultsdbRows, type ResultsdbRow } from './resultsdb-rows.ts'

type Asked = Omit<ResultsQuery, 'page' | 'limit' | 'order'>

/** The newest results of each testcase, of each combination of `distinctOn` where keys are given; in no order. */
export async function latestResults(db: Database, asked: Asked, most: Bounds): Promise<ResultsdbRow[]> {
  const keys = [...asked.data.map(({ key }) => key), ...asked.distinctOn]
  const rows =
    asked.groups.length > 0 || !keys.every((key) => traitKeys.includes(key))
      ? await ofMatching(db, asked, most)
      : await ofNewest(db, keys.length === 0 ? ofTestcases(db, asked) : ofVariants(db, asked), asked, most)
  if (rows.length > most.latest) throw tooMany(most.latest)
  return rows
}

const tooMany = (number: number): Refused =>
  new Refused(
    `More than ${number} results would have to be looked through: add testcases, item, groups or since`,
  )

async function ofMatching(db: Database, asked: Asked, most: Bounds): Promise<ResultsdbRow[]> {
  const plan = await makePlan(db, asked, most)
  if (!plan) return []
  if (plan.walk && (await isEndless(db, plan, 'desc', most))) throw tooMany(most.walked)
  const found = matching(db, plan, { order: 'desc', limit: most.matching + 1, offset: 0 })
  const rows = await resultsdbRows(db).join(found.as('found'), 'found.result_id', 'results.id')
  if (rows.length > most.matching) throw tooMany(most.matching)
  const results = rows.map((row) => ({
    row,
    id: row.id,
    testcaseId: row.testcase_id,
    submitTime: Number(row.submit_time),
    data: asked.distinctOn.length > 0 ? dataOf(row) : {},
  }))
  const newest =
    asked.distinctOn.length > 0 ? newestPerBucket(results, asked.distinctOn) : newestPerTestcase(results)
  return newest.map(({ row }) => row)
}

/** `newest`: what the newest results are of (`of_id`), their time, and their place among those that stand for the same. */
async function ofNewest(
  db: Database,
  { newest, column }: { newest: Knex.QueryBuilder; column: 'testcase_id' | 'variant_id' },
  { distinctOn }: Asked,
  { latest }: Bounds,
): Promise<ResultsdbRow[]> {
  const query = db
    .from(newest.as('newest'))
    .joinRaw('cross join results')
    .whereRaw(`results.${column} = newest.of_id and results.submit_time = newest.newest_time`)
    .joinRaw('cross join testcases')
    .whereRaw('testcases.id = results.testcase_id')
    .limit(latest + 1)
  const rows = await query.select<(ResultsdbRow & { of_id: number })[]>(...resultsdbColumns, 'newest.of_id')
  if (distinctOn.length === 0) return rows
  // One of each, the last of those that are equally new.
  const one = new Map<number, ResultsdbRow>()
  for (const row of rows) if (row.id > (one.get(row.of_id)?.id ?? 0)) one.set(row.of_id, row)
  return [...one.values()]
}

/** One look at the index for each finds the time of its newest result. */
function dated(db: Database, table: 'testcases' | 'variants', column: string, { since }: Asked) {
  const newest = within(db('results'), 'results', since)
    .max('submit_time')
    .whereRaw(`results.${column} = ${table}.id`)
  return db(table).select(`${table}.id as of_id`, newest.as('newest_time'))
}

function ofTestcases(db: Database, asked: Asked) {
  const query = dated(db, 'testcases', 'testcase_id', asked)
  for (const { names } of filtersOf(db, asked)) if (names) void query.whereIn('testcases.id', names.select())
  const newest = db.from(query.as('dated')).whereNotNull('newest_time').select('of_id', 'newest_time')
  return { newest, column: 'testcase_id' as const }
}

function ofVariants(db: Database, asked: Asked) {
  const { distinctOn } = asked
  const query = dated(db, 'variants', 'variant_id', asked).select('variants.testcase_id')
  for (const [at, key] of distinctOn.entries())
    void query
      .select(`trait${at}.value_id as bucket${at}`)
      .leftJoin(`variant_traits as trait${at}`, (join) =>
        join.on(`trait${at}.variant_id`, 'variants.id').andOnVal(`trait${at}.key`, key),
      )
  for (const filter of filtersOf(db, asked)) checkVariant(db, query, filter)
  const same = ['testcase_id', ...distinctOn.map((_, at) => `bucket${at}`)].join(', ')
  // All that are equally new, except where one of each is asked for.
  const [order, tie] = distinctOn.length > 0 ? ['row_number', ', of_id desc'] : ['rank', '']
  const placed = db
    .from(query.as('dated'))
    .whereNotNull('newest_time')
    .select('of_id', 'newest_time')
    .select(db.raw(`${order}() over (partition by ${same} order by newest_time desc${tie}) as place`))
  const newest = db.from(placed.as('placed')).where('place', 1).select('of_id', 'newest_time')
  return { newest, column: 'variant_id' as const }
}

function checkVariant(db: Database, query: Knex.QueryBuilder, filter: Filter): void {
  if (filter.column === 'testcase_id') {
    whereMeant(query, 'variants.testcase_id', filter)
    return
  }
  const trait = db('variant_traits as trait').select(db.raw('1')).whereRaw('trait.variant_id = variants.id')
  whereFound(query, whereMeant(trait, 'trait.value_id', filter))
}
