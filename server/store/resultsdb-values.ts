/** Distinct data pairs, each kept once under a number. */
import { createHash } from 'node:crypto'
import type { Database } from './database.ts'
import { storable } from './resultsdb-text.ts'

/** Key and value. */
export type Pair = readonly [string, string]

export const pairKey = (key: string, value: string): string => `${key}\0${value}`

const longest = 400

/** What stands for `value` in the index: itself or, beyond what an index can hold, its beginning and its hash. */
export const indexed = (value: string): string =>
  value.length <= longest
    ? value
    : `${storable(value.slice(0, 300))}…${createHash('sha256').update(value).digest('hex')}`

/** Numbers of `pairs` by `pairKey`; those not seen before get one. Run it in a transaction. */
export async function valueIds(db: Database, pairs: readonly Pair[]): Promise<Map<string, number>> {
  const distinct = [
    ...new Map(pairs.map(([key, value]) => [pairKey(key, value), { key, value: indexed(value) }])),
  ]
  const ids = new Map<string, number>()
  // In one order for all writers, so that no two wait for each other.
  distinct.sort(([one], [other]) => (one < other ? -1 : 1))
  for (let from = 0; from < distinct.length; from += 500) {
    const some = distinct.slice(from, from + 500)
    const found = await find(
      db,
      some.map(([, row]) => row),
    )
    const missing = some.map(([, row]) => row).filter(({ key, value }) => !found.has(pairKey(key, value)))
    if (missing.length > 0) {
      await db('data_values').insert(missing).onConflict(['key', 'value']).ignore()
      for (const [name, id] of await find(db, missing)) found.set(name, id)
    }
    for (const [name, { key, value }] of some) ids.set(name, found.get(pairKey(key, value)) ?? 0)
  }
  return ids
}

async function find(
  db: Database,
  rows: readonly { key: string; value: string }[],
): Promise<Map<string, number>> {
  const found = await db('data_values')
    .whereIn(
      ['key', 'value'],
      rows.map(({ key, value }) => [key, value]),
    )
    .select<{ id: number; key: string; value: string }[]>('id', 'key', 'value')
  return new Map(found.map(({ id, key, value }) => [pairKey(key, value), id]))
}
