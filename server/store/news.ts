/** What people are yet to be told: builds whose checks are watched, the last word of each check, news that waits. */
import type { NewsPiece } from '../../core/messages/notice.ts'
import type { Word } from '../../core/notify.ts'
import { AppError } from '../../core/errors.ts'
import { chunks } from './chunks.ts'
import type { Database } from './database.ts'

/** Whose word: a check on one architecture, about a package and release. */
export interface Speaker {
  packageId: number
  release: string
  repository: string
  check: string
  arch: string
}

interface WordRow extends Omit<Word, 'buildId'> {
  build_id: string
}

/** A piece of news that waits for its reader. */
export interface WaitingNews {
  id: number
  piece: NewsPiece
  createdAt: string
}

interface NewsRow {
  id: number
  user: string
  body: string
  created_at: string
}

const fromRow = ({ id, body, created_at }: NewsRow): WaitingNews => ({
  id,
  // What an older version wrote does not say whether it gave way.
  piece: { gaveWay: false, ...(JSON.parse(body) as Omit<NewsPiece, 'gaveWay'>) },
  createdAt: created_at,
})

export type News = ReturnType<typeof news>

export function news(db: Database) {
  const ofSpeaker = ({ packageId, ...rest }: Speaker) => ({ package_id: packageId, ...rest })
  return {
    /** Watches the build, until `dueAt` at the latest. Run it in the transaction that ends one of its executions. */
    async watch(buildId: string, dueAt: string): Promise<void> {
      // Touching the row that is there makes unwatch() wait, which then sees the end of this execution.
      await db('watched_builds')
        .insert({ build_id: buildId, due_at: dueAt })
        .onConflict('build_id')
        .merge(['build_id'])
    },
    /** Whether it was watched. */
    async unwatch(buildId: string): Promise<boolean> {
      return (await db('watched_builds').where({ build_id: buildId }).delete()) > 0
    },
    /** Watched builds whose executions have all finished, or whose time is over. */
    async ripe(now: string, limit: number): Promise<string[]> {
      const unfinished = db('executions')
        .whereRaw('executions.build_id = watched_builds.build_id')
        .whereNot({ state: 'finished' })
        .select(db.raw('1'))
      const rows = await db('watched_builds')
        .whereNotExists(unfinished)
        .orWhere('due_at', '<=', now)
        .orderBy('due_at')
        .limit(limit)
        .select<{ build_id: string }[]>('build_id')
      return rows.map((row) => row.build_id)
    },
    async word(speaker: Speaker): Promise<Word | null> {
      const row = await db<WordRow>('words').where(ofSpeaker(speaker)).first()
      return row ? { says: row.says, buildId: row.build_id, version: row.version, since: row.since } : null
    },
    async setWord(speaker: Speaker, { buildId, ...word }: Word): Promise<void> {
      await db('words')
        .insert({ ...ofSpeaker(speaker), ...word, build_id: buildId })
        .onConflict(['package_id', 'release', 'repository', 'check', 'arch'])
        .merge()
    },
    async keep(user: string, piece: NewsPiece, now: string): Promise<void> {
      await db('news').insert({ user, body: JSON.stringify(piece), created_at: now })
    },
    /** Everybody for whom there is news. */
    async readers(): Promise<string[]> {
      const rows = await db('news').distinct('user').orderBy('user').select<{ user: string }[]>()
      return rows.map(({ user }) => user)
    },
    /** News for `user`, oldest first. */
    async waitingFor(user: string): Promise<WaitingNews[]> {
      return (await db<NewsRow>('news').where({ user }).orderBy('id')).map(fromRow)
    },
    /** Takes these. Run it in the transaction that tells. Throws NEWS_TAKEN when somebody else has taken some of them. */
    async take(some: readonly WaitingNews[]): Promise<void> {
      let taken = 0
      for (const chunk of chunks(some.map(({ id }) => id)))
        taken += await db('news').whereIn('id', chunk).delete()
      if (taken !== some.length) throw new AppError('NEWS_TAKEN', 409, 'Somebody else tells this news.')
    },
  }
}
