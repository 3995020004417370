/** Events from outside, kept whole under their own (source, id) before they are acknowledged. */
import { NotFound } from '../../core/errors.ts'
import { grouped } from '../../core/grouped.ts'
import { chunks } from './chunks.ts'
import type { Database } from './database.ts'

export interface StoredEvent {
  id: number
  source: string
  eventId: string
  type: string
  /** The CloudEvent as JSON text, as it was received. */
  body: string
  receivedAt: string
  buildId: string | null
  /** When its executions were made; null: they may not be there yet. */
  scheduledAt: string | null
}

/** `scheduledAt`: absent where its executions are not stored with it. */
export type NewEvent = Omit<StoredEvent, 'id' | 'scheduledAt'> & { scheduledAt?: string | null }

interface Row {
  id: number
  source: string
  event_id: string
  type: string
  body: string
  received_at: string
  build_id: string | null
  scheduled_at: string | null
}

const fromRow = (row: Row): StoredEvent => ({
  id: row.id,
  source: row.source,
  eventId: row.event_id,
  type: row.type,
  body: row.body,
  receivedAt: row.received_at,
  buildId: row.build_id,
  scheduledAt: row.scheduled_at,
})

const toRow = (event: NewEvent): Record<string, unknown> => ({
  source: event.source,
  event_id: event.eventId,
  type: event.type,
  body: event.body,
  received_at: event.receivedAt,
  build_id: event.buildId,
  scheduled_at: event.scheduledAt ?? null,
})

export type Events = ReturnType<typeof events>

export function events(db: Database) {
  return {
    async find(source: string, eventId: string): Promise<StoredEvent | null> {
      const row = await db<Row>('events').where({ source, event_id: eventId }).first()
      return row ? fromRow(row) : null
    },
    /** Those of `keys` that are stored. */
    async findAll(keys: readonly { source: string; id: string }[]): Promise<StoredEvent[]> {
      const found: Row[] = []
      for (const [source, some] of grouped(keys, (key) => key.source))
        for (const chunk of chunks(some.map(({ id }) => id)))
          found.push(...(await db<Row>('events').where({ source }).whereIn('event_id', chunk)))
      return found.map(fromRow)
    },
    /** Stores the event unless it is there already; false for a repeat. */
    async insert(event: NewEvent): Promise<boolean> {
      const rows = await db('events')
        .insert(toRow(event))
        .onConflict(['source', 'event_id'])
        .ignore()
        .returning<{ id: number }[]>('id')
      return rows.length > 0
    },
    /** The same of many, each with its build: ids of the builds whose events are new. */
    async insertAll(some: readonly NewEvent[]): Promise<Set<string>> {
      const isNew = new Set<string>()
      // In one order everywhere: two that store the same events must not wait for each other in a circle.
      const inOrder = [...some].sort((one, other) =>
        one.source + one.eventId < other.source + other.eventId ? -1 : 1,
      )
      for (const chunk of chunks(inOrder)) {
        const rows = await db('events')
          .insert(chunk.map(toRow))
          .onConflict(['source', 'event_id'])
          .ignore()
          .returning<{ build_id: string }[]>('build_id')
        for (const { build_id } of rows) isNew.add(build_id)
      }
      return isNew
    },
    /** Throws NOT_FOUND. */
    async get(id: number): Promise<StoredEvent> {
      const row = await db<Row>('events').where({ id }).first()
      if (!row) throw new NotFound('event', String(id))
      return fromRow(row)
    },
    /** Newest first; `before`: id of the last one already seen. */
    async list({ limit, before }: { limit: number; before?: number | undefined }): Promise<StoredEvent[]> {
      const query = db<Row>('events').orderBy('id', 'desc').limit(limit)
      if (before !== undefined) void query.where('id', '<', before)
      return (await query).map(fromRow)
    },
    /** Stored, but its executions may not exist yet though its build awaits no files. Oldest first. */
    async unscheduled(limit: number): Promise<StoredEvent[]> {
      const awaiting = db('builds').where({ files_state: 'awaited' }).select('id')
      const rows = await db<Row>('events')
        .whereNull('scheduled_at')
        .where((one) => void one.whereNull('build_id').orWhereNotIn('build_id', awaiting))
        .orderBy('id')
        .limit(limit)
      return rows.map(fromRow)
    },
    /** True for the one transaction that may make the event's executions; others wait for it, then get false. */
    async markScheduled(id: number, now: string): Promise<boolean> {
      return (await db('events').where({ id }).whereNull('scheduled_at').update({ scheduled_at: now })) > 0
    },
    /** Its executions are to be made again, those that are missing. */
    async markUnscheduled(id: number): Promise<void> {
      await db('events').where({ id }).update({ scheduled_at: null })
    },
    async ofBuild(buildId: string): Promise<StoredEvent | null> {
      const row = await db<Row>('events').where({ build_id: buildId }).orderBy('id').first()
      return row ? fromRow(row) : null
    },
  }
}
