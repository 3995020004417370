/** One running qemu and what is heard from it: agent, console, QMP. The first reason to be dead is the one that counts. */
import type { ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { AgentMessage } from '../../schemas/types.gen.ts'
import { consoleTail, type ConsoleTail } from './console.ts'
import { agentMessage, longestWords } from './agent-words.ts'
import { lineReader } from './lines.ts'
import { deathOf, explained, type Death } from './deaths.ts'
import { migrate } from './migration.ts'
import { networkDevice, portDevice, type MachineSockets } from './arguments.ts'
import { connectQmp, connectSocket, type Qmp, type QmpEvent } from './qmp.ts'

/** So long it may take until the agent of a machine that was to reboot is back. */
const rebootMs = 180_000
/** After the agent closed its port, so long may the reset or the power-off take that explains it. */
const agentGoneMs = 10_000
/** Junk lines from a guest before it counts as broken. */
const junkLimit = 10_000
/** How long a dying kernel's words may take from one socket while its reset comes over another. */
const consoleGraceMs = 500

export interface Life {
  console: ConsoleTail
  /** Why it is dead; null while it lives. */
  death: () => Death | null
  /** Neither dead nor ended. */
  isUp: () => boolean
  /** Resolves when it is not up any more. */
  over: Promise<void>
  die: (death: Death) => void
  tell: (line: string) => void
  /** Resolves with the first message for which `wanted` holds, or null when the machine is dead first. */
  hear: (wanted: (message: AgentMessage) => boolean, signal: AbortSignal) => Promise<AgentMessage | null>
  /** Where output goes; bytes that came in all. */
  onLog: (sink: (chunk: Buffer) => void) => void
  logged: () => number
  /** The port of a person's terminal. What comes over it while nobody listens is dropped. */
  terminal: Socket
  /** Resets until the agent is ready again are ones that were asked for. */
  expectReset: () => void
  /** Resolves when nothing goes in or out over the network any more, for good. */
  cutNetwork: () => Promise<void>
  /** Halts the machine. Its silence means nothing until it wakes. */
  rest: () => Promise<void>
  wake: () => Promise<void>
  /** Writes the state of a machine that rests to a socket: `unix:/path`. */
  saveState: (uri: string, signal: AbortSignal) => Promise<void>
  /** Reads it from a file that qemu inherited: `fd:4`. The machine then rests where the other one did. */
  loadState: (uri: string, signal: AbortSignal) => Promise<void>
  /** Resolves with null when the machine has ended itself, and qemu after it: all that it wrote is in its files. */
  left: (signal: AbortSignal) => Promise<null>
  /** Ends qemu in good order: all that it wrote is in its files. */
  quit: (signal: AbortSignal) => Promise<void>
  end: () => Promise<void>
}

interface Ears {
  control: Socket
  log: Socket
  terminal: Socket
  console: Socket
}

/**
 * Takes over a qemu that was just started. Without a word for `silenceMs` it hangs. Rejects when its sockets cannot be
 * reached before `signal` fires.
 */
export async function live(
  child: ChildProcess,
  sockets: MachineSockets,
  { silenceMs, signal }: { silenceMs: number; signal: AbortSignal },
): Promise<Life> {
  const bus = new EventEmitter().setMaxListeners(50)
  const console = consoleTail()
  let death: Death | null = null
  let sink: (chunk: Buffer) => void = () => undefined
  let bytes = 0
  /** Nobody waits for a machine that boots, but whoever boots it. */
  let patience: { since: number; ms: number } | null = null
  let agentUp = false
  let agentGone: NodeJS.Timeout | undefined
  let resetExpected = false
  let resting = false
  let closing = false

  const die = (reason: Death): void => {
    if (death) return
    death = explained(reason, console)
    child.kill('SIGKILL')
    bus.emit('death')
  }
  const onExit = (_code: number | null, signal: NodeJS.Signals | null): void => {
    if (signal === 'SIGXFSZ') die({ how: 'disk_limit', detail: 'The machine’s disk outgrew all bounds.' })
    else if (!closing)
      void delay(consoleGraceMs).then(() =>
        die(
          console.panicked()
            ? { how: 'guest_panic' }
            : { how: 'machine_error', detail: 'qemu ended by itself.' },
        ),
      )
  }
  child.once('exit', onExit)

  const onQmp = (said: QmpEvent): void => {
    if (closing) return
    const { event, data } = said
    if (event === 'MIGRATION') bus.emit('migration', data['status'])
    if (event === 'VSERPORT_CHANGE' && data['id'] === portDevice('control'))
      onAgentPort(data['open'] === true)
    const reason = deathOf(said)
    if (!reason || (reason.how === 'guest_reset' && resetExpected)) return
    if (reason.how === 'machine_error') die(reason)
    // The last words on the console tell why, and whether it was a panic that led to it.
    else void delay(console.panicWords() === null ? consoleGraceMs : 0).then(() => die(reason))
  }
  const onAgentPort = (open: boolean): void => {
    clearTimeout(agentGone)
    if (open) resetExpected = false
    else if (!resetExpected && !closing)
      agentGone = setTimeout(
        () => die({ how: 'guest_hang', detail: 'The machine’s agent has ended.' }),
        agentGoneMs,
      )
  }

  let qmp: Qmp
  const ears = {} as Ears
  try {
    qmp = await connectQmp(sockets.qmp, onQmp, signal)
    for (const name of ['control', 'log', 'terminal', 'console'] as const)
      ears[name] = await connectSocket(sockets[name], signal)
  } catch (error) {
    for (const socket of Object.values(ears) as Socket[]) socket.destroy()
    throw error
  }
  for (const socket of Object.values(ears) as Socket[]) socket.on('error', () => socket.destroy())

  const reader = lineReader(longestWords)
  let junk = 0
  ears.control.on('data', (chunk) => {
    for (const line of reader.push(chunk)) {
      const message = agentMessage(line)
      if (message) {
        patience = { since: Date.now(), ms: silenceMs }
        agentUp = true
        bus.emit('message', message)
      } else junk++
    }
    if (junk + reader.dropped() > junkLimit)
      die({ how: 'guest_hang', detail: 'The machine’s agent was replaced by something that talks nonsense.' })
  })
  ears.log.on('data', (chunk) => {
    bytes += chunk.length
    sink(chunk)
  })
  ears.terminal.resume()
  ears.console.on('data', (chunk) => {
    console.push(chunk)
    const trouble = console.takeAgentTrouble()
    if (trouble !== null && !agentUp)
      die({ how: 'guest_hang', detail: `The machine’s agent could not be started: ${trouble}` })
  })

  const watch = setInterval(() => {
    if (patience && !resting && Date.now() - patience.since > patience.ms)
      die({ how: 'guest_hang', detail: `The machine said nothing for ${patience.ms / 1000} seconds.` })
  }, 1000)
  bus.once('death', () => {
    clearInterval(watch)
    clearTimeout(agentGone)
  })

  return {
    console,
    die,
    death: () => death,
    isUp: () => !death && !closing,
    over: once(bus, 'death').then(() => undefined),
    terminal: ears.terminal,
    tell: (line) => ears.control.write(line + '\n'),
    hear: (wanted, until) => hear(bus, () => death, { wanted, until }),
    onLog: (to) => (sink = to),
    logged: () => bytes,
    expectReset() {
      resetExpected = true
      agentUp = false
      patience = { since: Date.now(), ms: rebootMs }
    },
    cutNetwork: () => qmp.command('set_link', { name: networkDevice, up: false }),
    async rest() {
      resting = true
      await qmp.command('stop')
    },
    async wake() {
      await qmp.command('cont')
      patience = { since: Date.now(), ms: silenceMs }
      resting = false
    },
    saveState: (uri, until) => migrate(qmp, bus, { verb: 'migrate', uri, until }),
    loadState: (uri, until) => migrate(qmp, bus, { verb: 'migrate-incoming', uri, until }),
    async left(until) {
      closing = true
      if (child.exitCode === null) await once(child, 'exit', { signal: until })
      return null
    },
    async quit(until) {
      closing = true
      const gone = once(child, 'exit', { signal: until })
      await Promise.all([gone, qmp.command('quit').catch(() => undefined)])
    },
    async end() {
      closing = true
      qmp.close()
      for (const socket of Object.values(ears) as Socket[]) socket.destroy()
      await killed(child)
      bus.emit('death')
    },
  }
}

/** Resolves when the process is gone, which it may be already, or never have been. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function hear(
  bus: EventEmitter,
  death: () => Death | null,
  { wanted, until }: { wanted: (message: AgentMessage) => boolean; until: AbortSignal },
): Promise<AgentMessage | null> {
  if (death()) return null
  return new Promise((resolve, reject) => {
    const done = (end: () => void): void => {
      bus.off('message', onMessage)
      bus.off('death', onDeath)
      until.removeEventListener('abort', onAbort)
      end()
    }
    const onMessage = (message: AgentMessage): void => {
      if (wanted(message)) done(() => resolve(message))
    }
    const onDeath = (): void => done(() => resolve(null))
    const onAbort = (): void => done(() => reject(until.reason as Error))
    bus.on('message', onMessage)
    bus.on('death', onDeath)
    until.addEventListener('abort', onAbort)
    if (until.aborted) onAbort()
  })
}
