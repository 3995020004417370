/** From what a broker delivers to a message whose every part is known to be what it says, or known not to be. */
import { createHash } from 'node:crypto'
import type { ConsumeMessage } from 'amqplib'
import type { NativeMessage } from '../../../core/listening/heard.ts'
import { parseJson } from '../../../core/json.ts'

export interface BusMessage extends NativeMessage {
  /** Why its body cannot be read; null: it can. */
  unreadable: string | null
  /** As it came. */
  bytes: Buffer
}

/** Bytes: no message about a build is larger. */
export const largest = 1024 ** 2

const limits = { id: 256, topic: 255 }

export function readMessage({ content, fields, properties }: ConsumeMessage): BusMessage {
  const { messageId, headers } = properties as { messageId?: unknown; headers?: Record<string, unknown> }
  return {
    topic: fields.routingKey.slice(0, limits.topic),
    id: typeof messageId === 'string' ? messageId.slice(0, limits.id) : digest(content),
    sentAt: timeOf(headers?.['sent-at']),
    bytes: content,
    ...readBody(content),
  }
}

/** openSUSE's bus gives its messages no ids. */
const digest = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

export function timeOf(text: unknown): string | null {
  const time = typeof text === 'string' ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

/** The JSON object that `content` holds, or why it holds none. */
export function readBody(content: Buffer): { body: unknown; unreadable: string | null } {
  if (content.length > largest)
    return { body: null, unreadable: `It is larger than any message about a build: ${content.length} bytes.` }
  try {
    const body: unknown = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(content))
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
    return { body, unreadable: isObject ? null : 'It is not a JSON object.' }
  } catch (error) {
    return { body: null, unreadable: `It is not JSON: ${(error as Error).message}` }
  }
}
