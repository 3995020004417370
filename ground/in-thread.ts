/**
 * Reading whose cost strangers decide, in threads of its own: whatever it takes, the process goes on with everything else, and
 * what takes too long or too much memory ends alone.
 */
import { Worker } from 'node:worker_threads'
import { AppError } from '../core/errors.ts'
import type { Answer, Call } from './thread.ts'

export interface ThreadBounds {
  /** Calls at a time. */
  threads: number
  /** Calls that may wait for a thread. */
  waiting: number
  /** That one call may take, from when it has its thread. */
  seconds: number
  /** Of a thread's heap. */
  memoryMiB: number
}

/** Functions that take and give what can be copied from thread to thread: no functions, and bytes as Uint8Array. */
export type Functions<Module> = {
  [Name in keyof Module]: Module[Name] extends (...args: infer Args) => infer Value
    ? (...args: Args) => Promise<Awaited<Value>>
    : never
}

export interface Threads<Module> extends AsyncDisposable {
  /**
   * Each rejects with what the function throws, or READ_TOO_SLOW, READ_TOO_LARGE or READERS_BUSY. In their order, as soon as
   * there is a thread.
   */
  call: Functions<Module>
  /** Ends all of them, whatever they are doing. */
  close: () => Promise<void>
}

/** Milliseconds after which a thread that nobody needs is ended. */
const idleMs = 60_000

/** Threads that call the functions which `module` exports: the address of what was compiled. They start when they are needed. */
export function openThreads<Module extends object>(module: URL, bounds: ThreadBounds): Threads<Module> {
  const idle: OneThread[] = []
  const all = new Set<OneThread>()
  const queue: (() => void)[] = []
  let isClosed = false

  const take = async (): Promise<OneThread> => {
    if (isClosed) throw closed()
    const free = idle.pop()
    if (free) return free
    if (all.size >= bounds.threads) {
      if (queue.length >= bounds.waiting) throw busy()
      await new Promise<void>((resolve) => queue.push(resolve))
      return take()
    }
    const fresh = startThread(module, bounds, () => {
      all.delete(fresh)
      const at = idle.indexOf(fresh)
      if (at >= 0) idle.splice(at, 1)
    })
    all.add(fresh)
    return fresh
  }
  const call = async (name: string, args: readonly unknown[]): Promise<unknown> => {
    const thread = await take()
    try {
      return await thread.call({ name, args })
    } finally {
      if (all.has(thread)) idle.push(thread)
      queue.shift()?.()
    }
  }
  const close = async (): Promise<void> => {
    isClosed = true
    for (const next of queue.splice(0)) next()
    await Promise.all([...all].map((thread) => thread.end()))
  }
  return {
    call: new Proxy({} as Functions<Module>, {
      get:
        (_, name) =>
        (...args: unknown[]) =>
          call(String(name), args),
    }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

interface OneThread {
  call: (call: Call) => Promise<unknown>
  end: () => Promise<void>
}

/** `gone` is called before a call of it rejects because it takes no other, and when it has rested for long. */
function startThread(module: URL, { seconds, memoryMiB }: ThreadBounds, gone: () => void): OneThread {
  const worker = new Worker(new URL('./thread.js', import.meta.url), {
    workerData: module.href,
    resourceLimits: { maxOldGenerationSizeMb: memoryMiB },
  })
  // Whoever waits for an answer has a timer; nobody else need keep the process for it.
  worker.unref()
  let failed: (why: Error) => void = () => undefined
  let resting: NodeJS.Timeout | undefined
  let over: Error | null = null
  const isOver = (): boolean => over !== null
  const end = async (why: Error): Promise<void> => {
    over ??= why
    clearTimeout(resting)
    gone()
    failed(why)
    await worker.terminate()
  }
  worker.on('error', (error: Error & { code?: string }) => {
    void end(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge(memoryMiB) : error)
  })
  return {
    end: () => end(closed()),
    async call(call) {
      if (over) throw over
      clearTimeout(resting)
      let late: NodeJS.Timeout | undefined
      try {
        const said = await new Promise<Answer>((resolve, reject) => {
          failed = reject
          late = setTimeout(() => void end(tooSlow(seconds)), seconds * 1000)
          worker.once('message', resolve)
          worker.postMessage(call)
        })
        if ('error' in said) throw said.error
        return said.value
      } finally {
        clearTimeout(late)
        failed = () => undefined
        if (!isOver())
          resting = setTimeout(() => void end(new Error('it has rested for long')), idleMs).unref()
      }
    },
  }
}

const tooSlow = (seconds: number): AppError =>
  new AppError(
    'READ_TOO_SLOW',
    400,
    `It takes longer than ${seconds} seconds to read: make its files smaller, or fewer.`,
  )

const tooLarge = (memoryMiB: number): AppError =>
  new AppError(
    'READ_TOO_LARGE',
    400,
    `It takes more than ${memoryMiB} MiB of memory to read: make its files smaller, or fewer.`,
  )

const busy = (): AppError =>
  new AppError('READERS_BUSY', 503, 'Too much waits to be read here: try again in a minute.')

const closed = (): Error => new Error('Reading has ended here.')
