/** Writes results, whosever they are, with all that finds them again. Run it in a transaction. */
import type { Outcome } from '../../core/execution.ts'
import type { Database } from './database.ts'
import { groupIds, testcaseIds, type GroupChange, type TestcaseChange } from './resultsdb-names.ts'
import { storable } from './resultsdb-text.ts'
import { pairKey, valueIds, type Pair } from './resultsdb-values.ts'
import { variantIds } from './resultsdb-variants.ts'

/** A result before it is stored. */
export interface NewRecord {
  /** Null, as `verdict` is: somebody else posted it. */
  executionId: string | null
  testcase: TestcaseChange
  /** In ResultsDB's words. */
  outcome: string
  /** In ours. */
  verdict: Outcome | null
  note: string | null
  refUrl: string | null
  artifact: string | null
  postedBy: string | null
  /** Microseconds since 1970. */
  submitTime: number
  groups: readonly GroupChange[]
  pairs: readonly Pair[]
}

/** SQLite understands at most 32 766 values in one statement. */
const rowsAtATime = 500

/** Stores `records` and returns their ids. */
export async function writeResults(db: Database, records: readonly NewRecord[]): Promise<number[]> {
  const ids: number[] = []
  for (let from = 0; from < records.length; from += rowsAtATime)
    ids.push(...(await writeSome(db, records.slice(from, from + rowsAtATime).map(toStorable))))
  return ids
}

/** What a check or a poster wrote must not make the whole report impossible to store. */
function toStorable(record: NewRecord): NewRecord {
  const orNull = (text: string | null): string | null => (text === null ? null : storable(text))
  return {
    ...record,
    testcase: { ...record.testcase, name: storable(record.testcase.name) },
    note: orNull(record.note),
    refUrl: orNull(record.refUrl),
    groups: record.groups.map((group) => ({ ...group, uuid: storable(group.uuid) })),
    pairs: record.pairs.map(([key, value]) => [storable(key), storable(value)]),
  }
}

async function writeSome(db: Database, records: readonly NewRecord[]): Promise<number[]> {
  const testcases = await testcaseIds(
    db,
    records.map(({ testcase }) => testcase),
  )
  const groups = await groupIds(
    db,
    records.flatMap((record) => record.groups),
  )
  const values = await valueIds(
    db,
    records.flatMap(({ pairs }) => pairs),
  )
  const wanted = records.map(({ testcase, pairs }) => ({
    testcaseId: known(testcases, testcase.name),
    pairs: pairs.map(([key, value]) => ({ key, valueId: known(values, pairKey(key, value)) })),
  }))
  const variants = await variantIds(db, wanted)
  const rows = records.map((record, at) => ({
    ...toRow(record),
    testcase_id: wanted[at]?.testcaseId,
    variant_id: variants[at],
  }))
  const made = await db('results').insert(rows).returning<{ id: number }[]>('id')
  // Ids are given in the order of the rows; in which order they come back is nowhere promised.
  const ids = made.map(({ id }) => id).sort((one, other) => one - other)
  const about = (at: number) => ({ submit_time: records[at]?.submitTime, result_id: ids[at] })
  await insertMany(
    db,
    'result_data',
    wanted.flatMap(({ pairs }, at) =>
      unique(pairs.map(({ valueId }) => valueId)).map((id) => ({ ...about(at), value_id: id })),
    ),
  )
  await insertMany(
    db,
    'result_group_members',
    records.flatMap((record, at) =>
      unique(record.groups.map(({ uuid }) => uuid)).map((uuid) => ({
        ...about(at),
        group_id: known(groups, uuid),
      })),
    ),
  )
  return ids
}

function toRow(record: NewRecord): Record<string, unknown> {
  return {
    execution_id: record.executionId,
    submit_time: record.submitTime,
    outcome: record.outcome,
    verdict: record.verdict,
    note: record.note,
    ref_url: record.refUrl,
    artifact: record.artifact,
    data: JSON.stringify(grouped(record.pairs)),
    groups: JSON.stringify(unique(record.groups.map(({ uuid }) => uuid))),
    posted_by: record.postedBy,
  }
}

/** Every key with its values, in the order in which they were given. */
function grouped(pairs: readonly Pair[]): Record<string, string[]> {
  const values = new Map<string, string[]>()
  for (const [key, value] of pairs) values.set(key, [...(values.get(key) ?? []), value])
  return Object.fromEntries(values)
}

async function insertMany(db: Database, table: string, rows: readonly object[]): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsAtATime)
    await db(table).insert(rows.slice(from, from + rowsAtATime))
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)]

function known<K>(ids: ReadonlyMap<K, number>, key: K): number {
  const id = ids.get(key)
  if (id === undefined) throw new Error(`${String(key)} was not stored`)
  return id
}
