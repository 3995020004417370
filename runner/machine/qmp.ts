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
  command: (name: string, args?: Record<string, unknown>) => void
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
      await delay(20)
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
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    for (const line of reader.push(chunk)) {
      const message = parse(line)
      if (message) onEvent(message)
    }
  })
  const command: Qmp['command'] = (name, args) => {
    socket.write(JSON.stringify({ execute: name, ...(args && { arguments: args }) }) + '\n')
  }
  command('qmp_capabilities')
  return { command, close: () => socket.destroy() }
}

function parse(line: string): QmpEvent | null {
  try {
    const { event, data } = JSON.parse(line) as { event?: unknown; data?: Record<string, unknown> }
    return typeof event === 'string' ? { event, data: data ?? {} } : null
  } catch {
    return null
  }
}
