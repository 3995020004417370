/** Writes what the table of results of 001 held into the tables of 002. Part of that migration: never changed. */
import type { Knex } from 'knex'
import { isPostgres } from '../dialect.ts'

/** A row of the former table, and what its execution knows. */
export interface FormerResult {
  id: number
  execution_id: string
  testcase: string
  outcome: string
  note: string | null
  artifact: string | null
  data: string | null
  created_at: string
  arch: string
  release: string
  version: string
  namespace: string
  name: string
}

const names: Readonly<Record<string, string>> = { skipped: 'INFO', errored: 'ERROR' }
const own = ['arch', 'item', 'package', 'release', 'type', 'version']
const traits = ['arch', 'release', 'type']

export async function carryOver(db: Knex, rows: readonly FormerResult[]): Promise<void> {
  for (const row of rows) {
    const pairs = pairsOf(row)
    const testcase = await idOf(db, 'testcases', { name: row.testcase })
    const group = await idOf(db, 'result_groups', { uuid: row.execution_id, is_execution: true })
    const valueIds = new Map<string, number>()
    for (const [key, value] of pairs) valueIds.set(key, await idOf(db, 'data_values', { key, value }))
    const submitTime = Date.parse(row.created_at) * 1000
    await db('results').insert({
      id: row.id,
      execution_id: row.execution_id,
      testcase_id: testcase,
      variant_id: await variantOf(db, testcase, valueIds),
      submit_time: submitTime,
      outcome: names[row.outcome] ?? row.outcome.toUpperCase(),
      verdict: row.outcome,
      note: row.note,
      artifact: row.artifact,
      data: JSON.stringify(Object.fromEntries(pairs.map(([key, value]) => [key, [value]]))),
      groups: JSON.stringify([row.execution_id]),
    })
    const about = { submit_time: submitTime, result_id: row.id }
    await db('result_group_members').insert({ ...about, group_id: group })
    await db('result_data').insert([...valueIds.values()].map((id) => ({ ...about, value_id: id })))
  }
  if (isPostgres(db))
    await db.raw(
      `select setval(pg_get_serial_sequence('results', 'id'), coalesce(max(id), 0) + 1, false) from results`,
    )
}

function pairsOf({ namespace, name, version, release, arch, data }: FormerResult): [string, string][] {
  const said = Object.entries(data === null ? {} : (JSON.parse(data) as Record<string, string>))
  return [
    ['arch', arch],
    ['item', version.startsWith(`${name}-`) ? version : `${name}-${version}`],
    ['package', `${namespace}/${name}`],
    ['release', release],
    ['type', namespace === 'rpms' ? 'koji_build' : `${namespace}_build`],
    ['version', version],
    ...said.filter(([key, value]) => !own.includes(key) && value.length <= 400),
  ]
}

async function variantOf(db: Knex, testcase: number, values: ReadonlyMap<string, number>): Promise<number> {
  const chosen = traits.map((key) => [key, values.get(key) ?? 0] as const)
  const ids = chosen.map(([, id]) => id).sort((one, other) => one - other)
  const variant = await idOf(db, 'variants', { testcase_id: testcase, traits: ids.join(',') })
  await db('variant_traits')
    .insert(chosen.map(([key, id]) => ({ variant_id: variant, key, value_id: id })))
    .onConflict(['variant_id', 'key', 'value_id'])
    .ignore()
  return variant
}

async function idOf(db: Knex, table: string, row: Record<string, unknown>): Promise<number> {
  const found = await db(table).where(row).first<{ id: number } | undefined>('id')
  if (found) return found.id
  const [made] = await db(table).insert(row).returning<{ id: number }[]>('id')
  return made?.id ?? 0
}
