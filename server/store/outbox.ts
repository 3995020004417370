/** The outbox: messages written in the transaction of what they tell about, and what became of each delivery. */
import { v7 as uuid } from 'uuid'
import { nextDelivery, type DeliveryState, type DeliveryStep } from '../../core/delivery.ts'
import { NotFound } from '../../core/errors.ts'
import type { Database } from './database.ts'

export interface Message {
  /** What its deliveries keep the order of. */
  subject: string
  /** What it is, for those who make messages of it. */
  kind: string
  body: object
}

/** One message on its way to one publisher. */
export interface Delivery {
  id: number
  publisher: string
  state: DeliveryState
  /** How often the other side has refused it. */
  refusals: number
  dueAt: string
  deliveredAt: string | null
  problem: string | null
  messageId: string
  subject: string
  kind: string
  body: object
  createdAt: string
}

/** What one publisher has not done yet. */
export interface Unfinished {
  publisher: string
  state: DeliveryState
  count: number
  oldest: string
}

interface Row {
  id: number
  publisher: string
  state: DeliveryState
  refusals: number
  due_at: string
  delivered_at: string | null
  problem: string | null
  message_id: string
  subject: string
  kind: string
  body: string
  created_at: string
}

const fromRow = (row: Row): Delivery => ({
  id: row.id,
  publisher: row.publisher,
  state: row.state,
  refusals: row.refusals,
  dueAt: row.due_at,
  deliveredAt: row.delivered_at,
  problem: row.problem,
  messageId: row.message_id,
  subject: row.subject,
  kind: row.kind,
  body: JSON.parse(row.body) as object,
  createdAt: row.created_at,
})

export type Outbox = ReturnType<typeof outbox>

/** `audience`: publishers that hear of every execution. */
export function outbox(db: Database, audience: readonly string[]) {
  const rows = () =>
    db('deliveries')
      .join('outbox', 'outbox.id', 'deliveries.outbox_id')
      .select<Row[]>('deliveries.*', 'message_id', 'kind', 'body', 'created_at')
  const find = async (id: number): Promise<Delivery> => {
    const [row] = await rows().where('deliveries.id', id)
    if (!row) throw new NotFound('delivery', String(id))
    return fromRow(row)
  }
  return {
    find,
    /** Whether anybody would hear of an execution: without, nothing need be put together. */
    isHeard: audience.length > 0,
    /** Writes a message for each of `publishers`. Run it in the transaction of what it tells about. */
    async add(message: Message, now: string, publishers: readonly string[] = audience): Promise<void> {
      if (publishers.length === 0) return
      const { subject, kind, body } = message
      const [written] = await db('outbox')
        .insert({ message_id: uuid(), subject, kind, body: JSON.stringify(body), created_at: now })
        .returning<{ id: number }[]>('id')
      const outbox_id = written?.id
      await db('deliveries').insert(
        publishers.map((publisher) => ({ outbox_id, publisher, subject, due_at: now })),
      )
    },
    /** What `publisher` may send now: of each subject only the oldest that waits, and that only when it is due. */
    async due(publisher: string, now: string, limit: number): Promise<Delivery[]> {
      const before = db('deliveries as earlier')
        .where({ 'earlier.publisher': publisher, 'earlier.state': 'waiting' })
        .whereRaw('earlier.subject = deliveries.subject and earlier.outbox_id < deliveries.outbox_id')
      const found = await rows()
        .where({ publisher, state: 'waiting' })
        .where('due_at', '<=', now)
        .whereNotExists(before.select(db.raw('1')))
        .orderBy('outbox_id')
        .limit(limit)
      return found.map(fromRow)
    },
    /** Takes `step`, unless the delivery has moved on meanwhile. Throws ILLEGAL_DELIVERY where the table forbids it. */
    async advance(
      { id, state, refusals }: Pick<Delivery, 'id' | 'state' | 'refusals'>,
      step: DeliveryStep,
      { now, dueAt = now, problem = null }: { now: string; dueAt?: string; problem?: string | null },
    ): Promise<void> {
      const to = nextDelivery(state, step)
      const refused = step === 'refuse' || step === 'giveUp'
      await db('deliveries')
        .where({ id, state })
        .update({
          state: to,
          refusals: refused ? refusals + 1 : step === 'resend' ? 0 : refusals,
          due_at: dueAt,
          delivered_at: to === 'delivered' ? now : null,
          problem,
        })
    },
    /** Newest first, before `before` (an id). */
    async list({
      state,
      publisher,
      limit,
      before,
    }: {
      state?: DeliveryState | undefined
      publisher?: string | undefined
      limit: number
      before?: number | undefined
    }): Promise<Delivery[]> {
      const query = rows().orderBy('deliveries.id', 'desc').limit(limit)
      if (state !== undefined) void query.where({ state })
      if (publisher !== undefined) void query.where({ publisher })
      if (before !== undefined) void query.where('deliveries.id', '<', before)
      return (await query).map(fromRow)
    },
    /** When messages about `subject` were written for `publisher`, since `time`. */
    async writtenSince(publisher: string, subject: string, time: string): Promise<string[]> {
      const found = await db('deliveries')
        .join('outbox', 'outbox.id', 'deliveries.outbox_id')
        .where({ publisher, 'deliveries.subject': subject })
        .where('created_at', '>=', time)
        .select<{ created_at: string }[]>('created_at')
      return found.map((row) => row.created_at)
    },
    /** Deliveries that are not done, by publisher and state, and when the oldest message among them was written. */
    async unfinished(): Promise<Unfinished[]> {
      const counts = db('deliveries')
        .whereNot({ state: 'delivered' })
        .groupBy('publisher', 'state')
        .select('publisher', 'state', db.raw('count(*) as count'), db.raw('min(outbox_id) as first'))
      const found = await db
        .from(counts.as('counts'))
        .join('outbox', 'outbox.id', 'counts.first')
        .orderBy(['publisher', 'state'])
        .select<(Omit<Unfinished, 'count'> & { count: number | string })[]>(
          'publisher',
          'state',
          'count',
          'created_at as oldest',
        )
      return found.map((row) => ({ ...row, count: Number(row.count) }))
    },
    /** Forgets messages from before `limit` that everybody has. */
    async prune(limit: string): Promise<number> {
      const kept = db('deliveries').whereNot({ state: 'delivered' }).select('outbox_id')
      return db('outbox').where('created_at', '<', limit).whereNotIn('id', kept).delete()
    },
  }
}
