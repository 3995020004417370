/** Testcases and groups of results: made when first named, changed by whoever posts about them. */
import type { GroupsQuery, NamesQuery } from '../../core/resultsdb/query.ts'
import type { ShownGroup, ShownTestcase } from '../../core/resultsdb/views.ts'
import type { Database } from './database.ts'
import { storable } from './resultsdb-text.ts'
import { labelLength, whereLike, whereNamed } from './resultsdb-like.ts'

/** Undefined: leave it as it is. */
type Change = string | null | undefined

export interface TestcaseChange {
  name: string
  refUrl?: Change
}

export interface GroupChange {
  uuid: string
  description?: Change
  refUrl?: Change
  /** It is an execution's: its address is known, and what others say of it is not taken over. */
  isExecution?: boolean
}

interface TestcaseRow {
  id: number
  name: string
  ref_url: string | null
}

interface GroupRow {
  id: number
  uuid: string
  description: string | null
  ref_url: string | null
  is_execution: boolean | number
}

const fromTestcaseRow = ({ name, ref_url }: TestcaseRow): ShownTestcase => ({ name, refUrl: ref_url })

export type ResultsdbNames = ReturnType<typeof resultsdbNames>

export function resultsdbNames(db: Database) {
  const shown = async (rows: readonly GroupRow[]): Promise<ShownGroup[]> => {
    const counts = await countResults(
      db,
      rows.map(({ id }) => id),
    )
    return rows.map((row) => ({
      uuid: row.uuid,
      description: row.description,
      refUrl: row.ref_url,
      isExecution: Boolean(row.is_execution),
      results: counts.get(row.id) ?? 0,
    }))
  }
  const testcase = async (name: string): Promise<ShownTestcase | null> => {
    const row = await db<TestcaseRow>('testcases')
      .where({ name: storable(name) })
      .first()
    return row ? fromTestcaseRow(row) : null
  }
  const group = async (uuid: string): Promise<ShownGroup | null> =>
    (await shown(await db<GroupRow>('result_groups').where({ uuid: storable(uuid) })))[0] ?? null
  return {
    testcase,
    group,
    /** By name; one more than the page holds, where there are more. */
    async testcases({ exact, like, page, limit }: NamesQuery): Promise<ShownTestcase[]> {
      const query = db('testcases')
        .orderBy('name')
        .offset(page * limit)
        .limit(limit + 1)
      if (exact.length + like.length > 0) whereNamed(db, query, 'name', { exact, patterns: like })
      return (await query.select<TestcaseRow[]>('*')).map(fromTestcaseRow)
    },
    /** Newest first; one more than the page holds, where there are more. */
    async groups({ exact, like, uuids, page, limit }: GroupsQuery): Promise<ShownGroup[]> {
      const query = db('result_groups')
        .orderBy('id', 'desc')
        .offset(page * limit)
        .limit(limit + 1)
      if (uuids.length > 0) void query.whereIn('uuid', uuids)
      if (exact.length + like.length > 0)
        void query.where((either) => {
          if (exact.length > 0)
            void either.where(
              (same) => void same.whereIn('label', exact.map(label)).whereIn('description', exact),
            )
          for (const pattern of like)
            void either.orWhere((one) => void whereLike(db, one.whereNotNull('label'), described, pattern))
        })
      return shown(await query.select<GroupRow[]>('*'))
    },
    /** Makes the testcase or changes it. Run it in a transaction. */
    async putTestcase(change: TestcaseChange): Promise<ShownTestcase | null> {
      await testcaseIds(db, [{ ...change, name: storable(change.name) }])
      return testcase(change.name)
    },
    /** Makes the group or changes it. Run it in a transaction. */
    async putGroup(change: GroupChange): Promise<ShownGroup | null> {
      await groupIds(db, [{ ...change, uuid: storable(change.uuid) }])
      return group(change.uuid)
    },
  }
}

const described = { column: 'description', label: 'label' }
const label = (description: string): string => storable(description.slice(0, labelLength))

async function countResults(db: Database, groupIds: readonly number[]): Promise<Map<number, number>> {
  if (groupIds.length === 0) return new Map()
  const rows = await db('result_group_members')
    .whereIn('group_id', groupIds)
    .groupBy('group_id')
    .select<{ group_id: number; results: number | string }[]>('group_id', db.raw('count(*) as results'))
  return new Map(rows.map(({ group_id, results }) => [group_id, Number(results)]))
}

/** Ids by name; those not seen before are made, and what `changes` say is taken over. Run it in a transaction. */
export async function testcaseIds(
  db: Database,
  changes: readonly TestcaseChange[],
): Promise<Map<string, number>> {
  const names = sorted(changes.map(({ name }) => name))
  const find = async (): Promise<Map<string, number>> => {
    const rows = await db<TestcaseRow>('testcases').whereIn('name', names)
    return new Map(rows.map(({ id, name }) => [name, id]))
  }
  let ids = await find()
  const missing = names.filter((name) => !ids.has(name))
  if (missing.length > 0) {
    const rows = missing.map((name) => ({ name }))
    await db('testcases').insert(rows).onConflict('name').ignore()
    ids = await find()
  }
  for (const { name, refUrl } of changes)
    if (refUrl !== undefined) await db('testcases').where({ name }).update({ ref_url: refUrl })
  return ids
}

/** Ids by UUID; those not seen before are made, and what `changes` say is taken over. Run it in a transaction. */
export async function groupIds(db: Database, changes: readonly GroupChange[]): Promise<Map<string, number>> {
  const uuids = sorted(changes.map(({ uuid }) => uuid))
  const executions = new Set(changes.filter(({ isExecution }) => isExecution).map(({ uuid }) => uuid))
  const find = async (): Promise<Map<string, number>> => {
    const rows = await db<GroupRow>('result_groups').whereIn('uuid', uuids)
    return new Map(rows.map(({ id, uuid }) => [uuid, id]))
  }
  let ids = await find()
  const missing = uuids.filter((uuid) => !ids.has(uuid))
  if (missing.length > 0) {
    const rows = missing.map((uuid) => ({ uuid, is_execution: executions.has(uuid) }))
    await db('result_groups').insert(rows).onConflict('uuid').ignore()
    ids = await find()
  }
  // In one order for all writers, so that no two wait for each other.
  const inOrder = changes.toSorted((one, other) =>
    one.uuid < other.uuid ? -1 : one.uuid > other.uuid ? 1 : 0,
  )
  for (const change of inOrder) await changeGroup(db, change)
  return ids
}

async function changeGroup(db: Database, { uuid, description, refUrl }: GroupChange): Promise<void> {
  const changes = {
    ...(description !== undefined && {
      description,
      label: description === null ? null : label(description),
    }),
    ...(refUrl !== undefined && { ref_url: refUrl }),
  }
  if (Object.keys(changes).length > 0)
    await db('result_groups').where({ uuid, is_execution: false }).update(changes)
}

const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].sort()
