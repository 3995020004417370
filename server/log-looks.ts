/** Looks at logs that are being written: one for all who follow the same log, however many they are. */
import { bytesOf } from './line-index.ts'
import type { Services } from './services.ts'
import type { Execution } from './store/executions.ts'

/** Milliseconds for which a look is good, and bytes of a log that are read at once. */
export const lookLimits = { age: 250, chunk: 64 * 1024 }

export interface Look extends Pick<Execution, 'state' | 'attempt'> {
  /** What the log of an attempt has from `offset` on, read after the state was: what is finished then has no more to come. */
  bytes: (attempt: number, offset: number) => Promise<Buffer>
}

export type LogLooks = ReturnType<typeof logLooks>

/** Returns what looks at the logs of an execution. Throws NOT_FOUND. */
export function logLooks({ stores, files }: Pick<Services, 'stores' | 'files'>) {
  const looks = new Map<string, Promise<Look>>()
  const look = async (execution: string): Promise<Look> => {
    const { state, attempt: newest } = await stores.executions.get(execution)
    const read = new Map<string, Promise<Buffer>>()
    return {
      state,
      attempt: newest,
      bytes(attempt, offset) {
        const key = `${attempt}-${offset}`
        const known = read.get(key)
        if (known) return known
        const fresh = part(execution, attempt, offset)
        read.set(key, fresh)
        // Who is far behind the end reads alone: kept would be a whole log.
        const forget = (): boolean => read.delete(key)
        fresh.then(({ length }) => length === lookLimits.chunk && forget(), forget)
        return fresh
      },
    }
  }
  const part = async (execution: string, attempt: number, offset: number): Promise<Buffer> => {
    const log = await files.log({ execution, attempt })
    return log
      ? bytesOf(log, offset, Math.max(offset, Math.min(log.size, offset + lookLimits.chunk)))
      : Buffer.alloc(0)
  }
  return (execution: string): Promise<Look> => {
    const found = looks.get(execution)
    if (found) return found
    const fresh = look(execution)
    looks.set(execution, fresh)
    setTimeout(() => looks.delete(execution), lookLimits.age).unref()
    return fresh
  }
}
