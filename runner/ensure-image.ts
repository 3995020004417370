/** Images on first need: built once while everybody who needs one waits, each as long as it likes. */
import { AppError, NotFound } from '../core/errors.ts'
import { AttemptEnded } from './ending.ts'
import type { ImageStore } from './images.ts'

type Say = (line: string) => void

/** Rejects with AttemptEnded (image_unavailable), or with the reason of `signal`; a build goes on for the others. */
export type EnsureImage = (name: string, say: Say, signal: AbortSignal) => Promise<void>

/** `ending` ends the builds. Builds wait for each other: one is as much as a host should do beside its machines. */
export function imageEnsurer(images: Pick<ImageStore, 'find' | 'build'>, ending?: AbortSignal): EnsureImage {
  const building = new Map<string, { listeners: Set<Say>; done: Promise<unknown> }>()
  let last: Promise<unknown> = Promise.resolve()

  const begin = (name: string): { listeners: Set<Say>; done: Promise<unknown> } => {
    const listeners = new Set<Say>()
    const progress = (step: string): void => listeners.forEach((say) => say(`image ${name}: ${step}`))
    const done = last.then(() => images.build(name, progress, ending)).finally(() => building.delete(name))
    last = done.catch(() => undefined)
    const build = { listeners, done }
    building.set(name, build)
    return build
  }
  return async (name, say, signal) => {
    try {
      if (!building.has(name) && (await images.find(name))) return
      const { listeners, done } = building.get(name) ?? begin(name)
      say(`image ${name} is not there yet: it is built first`)
      listeners.add(say)
      await orAborted(done, signal).finally(() => listeners.delete(say))
    } catch (error) {
      signal.throwIfAborted()
      throw new AttemptEnded('image_unavailable', wordsOf(name, error))
    }
  }
}

async function orAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  let stop: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
  })
  try {
    await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

const wordsOf = (name: string, error: unknown): string =>
  error instanceof NotFound || (error instanceof AppError && error.code === 'NO_RECIPE')
    ? `There is no image ${name} here, and no recipe for it.`
    : error instanceof Error
      ? error.message
      : String(error)
