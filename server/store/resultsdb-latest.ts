/** The newest results: from the variants where only traits are asked about, else from whatever matches. */
import type { Knex } from 'knex'
import { Refused } from '../../core/resultsdb/faults.ts'
import { newestPerBucket, newestPerTestcase } from '../../core/resultsdb/latest.ts'
import { traitKeys } from '../../core/resultsdb/traits.ts'
import type { Database } from './database.ts'
import type { Resolved } from './resultsdb-filters.ts'
import { makePlan, matching, timeAt, whereFound, type Bounds } from './resultsdb-plan.ts'

/** Ids of the newest results of each testcase, of each combination of `distinctOn` where keys are given. */
export async function latestIds(
  db: Database,
  wanted: Resolved,
  distinctOn: readonly string[],
  most: Bounds,
): Promise<number[]> {
  const asked = [...wanted.data.map(({ key }) => key), ...distinctOn]
  const onlyTraits = wanted.groups === null && asked.every((key) => traitKeys.includes(key))
  const ids = onlyTraits
    ? await ofVariants(db, wanted, distinctOn, most)
    : await ofMatching(db, wanted, distinctOn, most)
  if (ids.length > most.latest) throw tooMany(most.latest)
  return ids
}

const tooMany = (number: number): Refused =>
  new Refused(
    `More than ${number} results would have to be looked through: add testcases, item, groups or since`,
  )

async function ofMatching(
  db: Database,
  wanted: Resolved,
  distinctOn: readonly string[],
  most: Bounds,
): Promise<number[]> {
  const plan = await makePlan(db, { ...wanted, outcomes: null }, most)
  if (plan.walk && (await timeAt(db, plan, 'desc', most.walked)) !== null) throw tooMany(most.walked)
  const found = matching(db, plan, { order: 'desc', limit: most.matching + 1, offset: 0 })
  const rows = await db('results')
    .join(found.as('found'), 'found.result_id', 'results.id')
    .select<{ id: number; testcase_id: number; submit_time: number | string; data?: string }[]>(
      ...['results.id', 'results.testcase_id', 'results.submit_time'],
      ...(distinctOn.length > 0 ? ['results.data'] : []),
    )
  if (rows.length > most.matching) throw tooMany(most.matching)
  const results = rows.map((row) => ({
    id: row.id,
    testcaseId: row.testcase_id,
    submitTime: Number(row.submit_time),
    data: row.data === undefined ? {} : (JSON.parse(row.data) as Record<string, string[]>),
  }))
  const newest = distinctOn.length > 0 ? newestPerBucket(results, distinctOn) : newestPerTestcase(results)
  return newest.map(({ id }) => id)
}

/** One look at the index for each variant finds its newest; what each stands for decides between them. */
async function ofVariants(
  db: Database,
  wanted: Resolved,
  distinctOn: readonly string[],
  most: Bounds,
): Promise<number[]> {
  const newest = ranked(db, wanted, distinctOn)
  const rows = await db
    .from(newest.as('newest'))
    .joinRaw('cross join results')
    .whereRaw('results.variant_id = newest.variant_id and results.submit_time = newest.newest_time')
    .where('newest.place', 1)
    .orderBy('results.id', 'desc')
    .limit(most.latest + 1)
    .select<{ id: number; variant_id: number }[]>('results.id', 'results.variant_id')
  if (distinctOn.length === 0) return rows.map(({ id }) => id)
  const ids = new Map(rows.toReversed().map(({ id, variant_id }) => [variant_id, id]))
  return [...ids.values()]
}

/** Variants with the time of their newest result and their place among those that stand for the same. */
function ranked(db: Database, wanted: Resolved, distinctOn: readonly string[]): Knex.QueryBuilder {
  const buckets = distinctOn.map((_, at) => `bucket${at}`)
  const same = ['testcase_id', ...buckets].map((column) => `dated.${column}`).join(', ')
  // All that are equally new, except where one is asked for.
  const order = distinctOn.length > 0 ? 'row_number' : 'rank'
  const tie = distinctOn.length > 0 ? ', dated.variant_id desc' : ''
  return db
    .from(dated(db, wanted, distinctOn).as('dated'))
    .whereNotNull('dated.newest_time')
    .select(
      'dated.variant_id',
      'dated.newest_time',
      db.raw(`${order}() over (partition by ${same} order by dated.newest_time desc${tie}) as place`),
    )
}

function dated(
  db: Database,
  { since, testcases, data }: Resolved,
  distinctOn: readonly string[],
): Knex.QueryBuilder {
  const newest = db('results').max('submit_time').whereRaw('results.variant_id = variants.id')
  if (since.start !== null) void newest.where('submit_time', '>=', since.start)
  if (since.end !== null) void newest.where('submit_time', '<=', since.end)
  const query = db('variants').select(
    'variants.id as variant_id',
    'variants.testcase_id',
    newest.as('newest_time'),
    ...distinctOn.map((_, at) => `trait${at}.value_id as bucket${at}`),
  )
  for (const [at, key] of distinctOn.entries())
    void query.leftJoin(`variant_traits as trait${at}`, (join) =>
      join.on(`trait${at}.variant_id`, 'variants.id').andOnVal(`trait${at}.key`, key),
    )
  if (testcases?.ids) void query.whereIn('variants.testcase_id', testcases.ids)
  else if (testcases) whereFound(query, testcases.all('variants.testcase_id'))
  for (const { pairs } of data) {
    const trait = db('variant_traits as trait').whereRaw('trait.variant_id = variants.id')
    if (pairs.ids) void trait.whereIn('trait.value_id', pairs.ids)
    else whereFound(trait, pairs.all('trait.value_id'))
    whereFound(query, trait.select(db.raw('1')))
  }
  return query
}
