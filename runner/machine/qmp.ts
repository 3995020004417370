/** Speaks QMP to one qemu: commands out, events in. Source: QEMU Machine Protocol specification. */
import { createConnection, type Socket } from 'node:net'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { lineReader } from './lines.ts'

export interface QmpEvent {
  event: string
  data: Record<string, unknown>
}

export interface Qmp {
  /** Resolves when qemu says that it is done; rejects with qemu's own words, or when it is gone first. */
  command: (name: string, args?: Record<string, unknown>) => Promise<void>
  close: () => void
}

/** Connects to a unix socket that may not exist yet; throws the last error when `signal` fires first. */
export async function connectSocket(path: string, signal: AbortSignal): Promise<Socket> {
  for (;;) {
    signal.throwIfAborted()
    const socket = createConnection(path)
    try {
      await once(socket, 'connect', { signal })
      return socket
    } catch {
      socket.destroy()
      await delay(5)
    }
  }
}

export async function connectQmp(
  path: string,
  onEvent: (event: QmpEvent) => void,
  signal: AbortSignal,
): Promise<Qmp> {
  const socket = await connectSocket(path, signal)
  const reader = lineReader(1 << 20)
  const waiting = new Map<number, { done: () => void; failed: (error: Error) => void }>()
  let last = 0
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    for (const { failed } of waiting.values()) failed(new Error('qemu is gone'))
    waiting.clear()
  })
  socket.on('data', (chunk) => {
    for (const line of reader.push(chunk)) {
      const message = parse(line)
      if (typeof message.event === 'string') onEvent({ event: message.event, data: message.data ?? {} })
      const asked = waiting.get(message.id ?? -1)
      waiting.delete(message.id ?? -1)
      if (message.error) asked?.failed(new Error(message.error.desc ?? 'qemu refused'))
      else asked?.done()
    }
  })
  const command: Qmp['command'] = (name, args) =>
    new Promise((done, failed) => {
      if (socket.destroyed) {
        failed(new Error('qemu is gone'))
        return
      }
      waiting.set(++last, { done, failed })
      socket.write(JSON.stringify({ execute: name, id: last, ...(args && { arguments: args }) }) + '\n')
    })
  await command('qmp_capabilities')
  return { command, close: () => socket.destroy() }
}

interface Message {
  event?: unknown
  data?: Record<string, unknown>
  id?: number
  error?: { desc?: string }
}

function parse(line: string): Message {
  try {
    return JSON.parse(line) as Message
  } catch {
    return {}
  }
}
