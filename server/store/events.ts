/** Events from outside, kept whole under their own (source, id) before they are acknowledged. */
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
}

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
})

export type Events = ReturnType<typeof events>

export function events(db: Database) {
  return {
    async find(source: string, eventId: string): Promise<StoredEvent | null> {
      const row = await db<Row>('events').where({ source, event_id: eventId }).first()
      return row ? fromRow(row) : null
    },
    /** Stores the event unless it is there already; false for a repeat. */
    async insert(event: Omit<StoredEvent, 'id'>): Promise<boolean> {
      const rows = await db('events')
        .insert({
          source: event.source,
          event_id: event.eventId,
          type: event.type,
          body: event.body,
          received_at: event.receivedAt,
          build_id: event.buildId,
        })
        .onConflict(['source', 'event_id'])
        .ignore()
        .returning<{ id: number }[]>('id')
      return rows.length > 0
    },
    /** Says which build the event announced. Run it in the transaction that stored the event. */
    async setBuild(source: string, eventId: string, buildId: string): Promise<void> {
      await db('events').where({ source, event_id: eventId }).update({ build_id: buildId })
    },
    /** Stored, but its executions may not exist yet. Oldest first. */
    async unscheduled(limit: number): Promise<StoredEvent[]> {
      const rows = await db<Row>('events').whereNull('scheduled_at').orderBy('id').limit(limit)
      return rows.map(fromRow)
    },
    /** True for the one transaction that may make the event's executions; others wait for it, then get false. */
    async markScheduled(id: number, now: string): Promise<boolean> {
      return (await db('events').where({ id }).whereNull('scheduled_at').update({ scheduled_at: now })) > 0
    },
    async ofBuild(buildId: string): Promise<StoredEvent | null> {
      const row = await db<Row>('events').where({ build_id: buildId }).orderBy('id').first()
      return row ? fromRow(row) : null
    },
  }
}
