/** Tokens: only their hashes are kept. */
import { createHash, randomBytes } from 'node:crypto'
import type { Database } from './database.ts'

export const scopes = ['push', 'events', 'results', 'runner', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** Who a request comes from, and what it may do. */
export interface Identity {
  user: string
  scopes: readonly Scope[]
}

interface Row {
  user: string
  hash: string
  scopes: string
  expires_at: string | null
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

export type Tokens = ReturnType<typeof tokens>

export function tokens(db: Database) {
  return {
    /** Makes a token and returns it: the only time it is seen. 160 random bits need no slow hash. */
    async create(
      user: string,
      granted: readonly Scope[],
      times: { now: string; expires: string | null },
    ): Promise<string> {
      const token = `assay_${randomBytes(20).toString('hex')}`
      await db('tokens').insert({
        user,
        hash: hashOf(token),
        scopes: JSON.stringify(granted),
        created_at: times.now,
        expires_at: times.expires,
      })
      return token
    },
    /** Whose token it is; `expired` for one that was good once, null for one never given. */
    async identify(token: string, now: string): Promise<Identity | 'expired' | null> {
      const row = await db<Row>('tokens')
        .where({ hash: hashOf(token) })
        .first()
      if (!row) return null
      if (row.expires_at !== null && row.expires_at <= now) return 'expired'
      return { user: row.user, scopes: JSON.parse(row.scopes) as Scope[] }
    },
    async revokeAll(user: string): Promise<number> {
      return db('tokens').where({ user }).delete()
    },
  }
}
