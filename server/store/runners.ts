/** Runners that said hello: what they can do and when they were last heard. */
import type { Database } from './database.ts'

export interface Runner {
  id: string
  instance: string
  facts: RunnerFacts
  seenAt: string
}

export interface RunnerFacts {
  accelerator: 'kvm' | 'tcg' | null
  architectures: string[]
  images: string[]
  qemu: string
  /** Of the largest machine that its host can have; absent: it does not say. */
  memoryMiB?: number
}

interface Row {
  id: string
  instance: string
  facts: string
  seen_at: string
}

export type Runners = ReturnType<typeof runners>

export function runners(db: Database) {
  return {
    async put({ id, instance, facts, seenAt }: Runner): Promise<void> {
      await db('runners')
        .insert({ id, instance, facts: JSON.stringify(facts), seen_at: seenAt })
        .onConflict('id')
        .merge()
    },
    async seen(id: string, now: string): Promise<void> {
      await db('runners').where({ id }).update({ seen_at: now })
    },
    async list(): Promise<Runner[]> {
      const rows = await db<Row>('runners').orderBy('id')
      return rows.map((row) => ({
        id: row.id,
        instance: row.instance,
        facts: JSON.parse(row.facts) as RunnerFacts,
        seenAt: row.seen_at,
      }))
    },
  }
}
