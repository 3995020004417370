/** Messages that could not be understood: kept for people to look at, and to be replayed once they can be. */
import { NotFound } from '../../core/errors.ts'
import type { Database } from './database.ts'
import { oneLine } from './one-line.ts'

export interface SetAside {
  id: number
  listener: string
  topic: string
  messageId: string | null
  /** What is wrong with it. */
  why: string
  /** As it came; null where it was too large to keep. */
  body: string | null
  /** Bytes. */
  size: number
  setAsideAt: string
}

interface Row {
  id: number
  listener: string
  topic: string
  message_id: string | null
  why: string
  body: string | null
  size: number
  set_aside_at: string
}

const fromRow = ({ message_id, set_aside_at, ...row }: Row): SetAside => ({
  ...row,
  messageId: message_id,
  setAsideAt: set_aside_at,
})

/** How many are kept of each listener: a sender that goes mad must not fill the disk. */
const kept = 1000

export type SetAsideMessages = ReturnType<typeof setAsideMessages>

export function setAsideMessages(db: Database) {
  const rows = () => db<Row>('set_aside_messages')
  return {
    /** Keeps it, or of one that is there already what is wrong with it now; drops the listener's oldest beyond a thousand. */
    async add(message: Omit<SetAside, 'id'>): Promise<void> {
      const { listener } = message
      const messageId = message.messageId === null ? null : oneLine(message.messageId, 256)
      const why = oneLine(message.why, 2000)
      if (messageId !== null && (await rows().where({ listener, message_id: messageId }).update({ why })) > 0)
        return
      await db('set_aside_messages').insert({
        listener,
        topic: oneLine(message.topic, 255),
        message_id: messageId,
        why,
        body: message.body?.replaceAll('\0', '\u{FFFD}') ?? null,
        size: message.size,
        set_aside_at: message.setAsideAt,
      })
      const oldest = await rows().where({ listener }).orderBy('id', 'desc').offset(kept).first('id')
      if (oldest) await rows().where({ listener }).where('id', '<=', oldest.id).delete()
    },
    async get(id: number): Promise<SetAside> {
      const row = await rows().where({ id }).first()
      if (!row) throw new NotFound('message', String(id))
      return fromRow(row)
    },
    /** Newest first; `before`: id of the last one already seen. */
    async list({ limit, before }: { limit: number; before?: number | undefined }): Promise<SetAside[]> {
      const query = rows().orderBy('id', 'desc').limit(limit)
      if (before !== undefined) void query.where('id', '<', before)
      return (await query).map(fromRow)
    },
    /** How many are kept of each listener; none where none are. */
    async counts(): Promise<Map<string, number>> {
      const counts = await db('set_aside_messages')
        .groupBy('listener')
        .select<{ listener: string; count: number | string }[]>('listener', db.raw('count(*) as count'))
      return new Map(counts.map(({ listener, count }) => [listener, Number(count)]))
    },
    async remove(id: number): Promise<void> {
      await rows().where({ id }).delete()
    },
  }
}
