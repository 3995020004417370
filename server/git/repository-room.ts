/** How large a check repository may grow: looked at before a push is taken, and cleared in the background before it is full. */
import { fullName, type PackageName } from '../../core/names.ts'
import type { Settings } from '../../schemas/types.gen.ts'
import type { Logger } from 'pino'
import type { Stores } from '../store/stores.ts'
import { bytesOf, collectGarbage } from './garbage.ts'
import type { Repositories } from './repositories.ts'

const MiB = 1024 ** 2
/** Unless the site's settings say otherwise. */
const repositoryMiB = 1024
/** Of what it may have, from which on garbage is looked for. */
const crowded = 0.75
/** Milliseconds until one that stays crowded is cleared again: what was too young then no longer is. */
const pause = 15 * 60_000

export type RepositoryRoom = ReturnType<typeof repositoryRoom>

interface Needs {
  settings: Settings
  repositories: Repositories
  stores: Pick<Stores, 'executionLists'>
  log: Logger
  now: () => string
}

/** Whoever deletes branches is let in when it is full, too: that is judged by the hook. */
export function repositoryRoom({ settings, repositories, stores, log, now }: Needs) {
  const closing = new AbortController()
  /** By full name. */
  const due = new Map<string, PackageName>()
  const clearedAt = new Map<string, number>()
  let clearing: Promise<void> | null = null
  const mostMiB = (): number => settings.pushes?.repositoryMiB ?? repositoryMiB
  const repository = async (name: PackageName) => ({
    gitdir: repositories.path(name),
    env: await repositories.environment(),
  })
  const isLate = (key: string): boolean => Date.parse(now()) - (clearedAt.get(key) ?? -Infinity) >= pause

  const clear = async (key: string, name: PackageName): Promise<void> => {
    const inUse = new Set(await stores.executionLists.commitsInUse(key))
    const found = await repository(name)
    const before = await bytesOf(found)
    await collectGarbage(found, inUse, closing.signal)
    log.info({ repository: key, before, after: await bytesOf(found) }, 'cleared of what nothing leads to')
  }
  const clearAll = async (): Promise<void> => {
    for (const [key, name] of due) {
      if (closing.signal.aborted) return
      clearedAt.set(key, Date.parse(now()))
      await clear(key, name).catch((error: unknown) => {
        if (!closing.signal.aborted) log.error({ err: error, repository: key }, 'garbage stays')
      })
      due.delete(key)
    }
  }

  return {
    /** Of a repository that exists: why nothing more is taken into it; null: there is room. */
    async lack(name: PackageName): Promise<string | null> {
      const key = fullName(name)
      const bytes = await bytesOf(await repository(name))
      if (bytes > crowded * mostMiB() * MiB && isLate(key)) due.set(key, name)
      return bytes > mostMiB() * MiB ? full(key, { bytes, mostMiB: mostMiB(), isDue: due.has(key) }) : null
    },
    /** Begins to clear what is crowded, unless that is under way. */
    begin(): void {
      if (due.size === 0 || closing.signal.aborted) return
      clearing ??= clearAll().finally(() => {
        clearing = null
      })
    },
    /** Resolves when nothing is being cleared. */
    async settled(): Promise<void> {
      await clearing
    },
    async close(): Promise<void> {
      closing.abort()
      await clearing
    },
  }
}

function full(
  name: string,
  { bytes, mostMiB, isDue }: { bytes: number; mostMiB: number; isDue: boolean },
): string {
  const next = isDue
    ? 'What no branch leads to is being cleared away: try again in a few minutes.'
    : 'What no branch has led to for an hour was cleared away: try again in an hour if you deleted branches, else delete branches, or ask an admin for more (pushes.repositoryMiB).'
  return `The check repository of ${name} has ${Math.ceil(bytes / MiB)} MiB, more than ${mostMiB} MiB. ${next}`
}
