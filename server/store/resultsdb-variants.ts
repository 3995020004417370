/** Variants: results of one testcase that agree in every trait, so that the newest of each is found by itself. */
import { createHash } from 'node:crypto'
import { traitKeys } from '../../core/resultsdb/traits.ts'
import type { Database } from './database.ts'

/** What a result says of itself. */
export interface Described {
  testcaseId: number
  pairs: readonly { key: string; valueId: number }[]
}

interface Variant {
  testcase_id: number
  traits: string
}

const nameOf = ({ testcase_id, traits }: Variant): string => `${testcase_id}:${traits}`

/** The variant of each, in the same order. Run it in a transaction. */
export async function variantIds(db: Database, described: readonly Described[]): Promise<number[]> {
  const variants = described.map(toVariant)
  const distinct = new Map(variants.map((variant, at) => [nameOf(variant), { variant, at }] as const))
  const known = await find(
    db,
    [...distinct.values()].map(({ variant }) => variant),
  )
  const missing = [...distinct]
    .filter(([name]) => !known.has(name))
    .sort(([one], [other]) => (one < other ? -1 : 1))
  if (missing.length > 0) {
    const rows = missing.map(([, { variant }]) => variant)
    await db('variants').insert(rows).onConflict(['testcase_id', 'traits']).ignore()
    for (const [name, id] of await find(db, rows)) known.set(name, id)
    const traits = missing.flatMap(([name, { at }]) =>
      traitsOf(described[at]).map(({ key, valueId }) => ({
        variant_id: known.get(name),
        key,
        value_id: valueId,
      })),
    )
    for (let from = 0; from < traits.length; from += 500)
      await db('variant_traits')
        .insert(traits.slice(from, from + 500))
        .onConflict(['variant_id', 'key', 'value_id'])
        .ignore()
  }
  return variants.map((variant) => known.get(nameOf(variant)) ?? 0)
}

const traitsOf = (described: Described | undefined) =>
  (described?.pairs ?? []).filter(({ key }) => traitKeys.includes(key))

function toVariant(described: Described): Variant {
  const ids = [...new Set(traitsOf(described).map(({ valueId }) => valueId))].sort(
    (one, other) => one - other,
  )
  const text = ids.join(',')
  const traits = text.length <= 64 ? text : createHash('sha256').update(text).digest('hex')
  return { testcase_id: described.testcaseId, traits }
}

async function find(db: Database, variants: readonly Variant[]): Promise<Map<string, number>> {
  const rows = await db('variants')
    .whereIn(
      ['testcase_id', 'traits'],
      variants.map(({ testcase_id, traits }) => [testcase_id, traits]),
    )
    .select<(Variant & { id: number })[]>('id', 'testcase_id', 'traits')
  return new Map(rows.map((row) => [nameOf(row), row.id]))
}
