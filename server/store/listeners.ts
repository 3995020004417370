/** What each listener heard last, what it ignored by which rule, and where it goes on. */
import type { Database } from './database.ts'
import { oneLine } from './one-line.ts'

export interface ListenerState {
  name: string
  kind: string
  /** When it last heard anything that counts; null: never. */
  heardAt: string | null
  /** What that was, in one line. */
  heard: string | null
  /** When that had been sent; null where nobody says. */
  sentAt: string | null
  stored: number
  repeated: number
  /** Why it cannot listen at the moment; null: it can. */
  trouble: string | null
  troubleSince: string | null
}

export interface IgnoredCount {
  listener: string
  rule: string
  count: number
  /** What was ignored last. */
  last: string
  lastAt: string
}

export interface HeardNow {
  what: string
  at: string
  sentAt: string | null
  stored: number
  repeated: number
}

export interface IgnoredNow {
  rule: string
  what: string
  at: string
  count?: number
}

interface Row {
  name: string
  kind: string
  heard_at: string | null
  heard: string | null
  sent_at: string | null
  stored: number
  repeated: number
  trouble: string | null
  trouble_since: string | null
}

interface IgnoredRow {
  listener: string
  rule: string
  count: number
  last: string
  last_at: string
}

const line = 512

const fromRow = (row: Row): ListenerState => ({
  name: row.name,
  kind: row.kind,
  heardAt: row.heard_at,
  heard: row.heard,
  sentAt: row.sent_at,
  stored: row.stored,
  repeated: row.repeated,
  trouble: row.trouble,
  troubleSince: row.trouble_since,
})

export type Listeners = ReturnType<typeof listeners>

export function listeners(db: Database) {
  const table = () => db<Row>('listeners')
  return {
    /** Makes it known under its name. Safe to repeat. */
    async ensure(name: string, kind: string): Promise<void> {
      await db('listeners').insert({ name, kind }).onConflict('name').merge(['kind'])
    },
    async list(): Promise<ListenerState[]> {
      return (await table().orderBy('name')).map(fromRow)
    },
    /** `what`: the last of it. */
    async heard(name: string, { what, at, sentAt, stored, repeated }: HeardNow): Promise<void> {
      await table()
        .where({ name })
        .update({ heard: oneLine(what, line), heard_at: at, sent_at: sentAt })
        .increment('stored', stored)
        .increment('repeated', repeated)
    },
    /** Counts what a rule kept out; `what` was the last of them. */
    async ignore(listener: string, { rule, what, at, count = 1 }: IgnoredNow): Promise<void> {
      await db('ignored_counts')
        .insert({ listener, rule, count, last: oneLine(what, line), last_at: at })
        .onConflict(['listener', 'rule'])
        .merge({
          count: db.raw('ignored_counts.count + ?', [count]),
          last: oneLine(what, line),
          last_at: at,
        })
    },
    async ignored(): Promise<IgnoredCount[]> {
      const rows = await db<IgnoredRow>('ignored_counts').orderBy(['listener', 'rule'])
      return rows.map(({ last_at, ...row }) => ({ ...row, lastAt: last_at }))
    },
    /** It cannot listen, and why; null: it can again. The first time of the same trouble is kept. */
    async setTrouble(name: string, trouble: string | null, at: string): Promise<void> {
      const since = trouble === null ? null : db.raw('coalesce(trouble_since, ?)', [at])
      await db('listeners').where({ name }).update({ trouble, trouble_since: since })
    },
    /** Where it goes on in `scope`, as JSON text; null before the first time. */
    async position(listener: string, scope: string): Promise<string | null> {
      const row = await db<{ position: string; listener: string; scope: string }>('listener_positions')
        .where({ listener, scope })
        .first()
      return row?.position ?? null
    },
    async setPosition(listener: string, scope: string, position: string): Promise<void> {
      await db('listener_positions')
        .insert({ listener, scope, position })
        .onConflict(['listener', 'scope'])
        .merge()
    },
  }
}
