/** Tokens: only their hashes are kept. */
import { createHash, randomBytes } from 'node:crypto'
import type { Identity, Scope } from '../../core/permissions.ts'
import type { Database } from './database.ts'

interface Row {
  id: number
  user: string
  hash: string
  scopes: string
  created_at: string
  expires_at: string | null
}

/** A token as its user sees it later. */
export interface TokenSeen {
  id: number
  scopes: readonly Scope[]
  createdAt: string
  expiresAt: string | null
}

/** How a token is kept, in hex. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

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
      return { user: row.user, powers: JSON.parse(row.scopes) as Scope[] }
    },
    /** What is known of the tokens of `user`, newest first. */
    async of(user: string): Promise<TokenSeen[]> {
      const rows = await db<Row>('tokens').where({ user }).orderBy('id', 'desc')
      return rows.map(({ id, scopes, created_at, expires_at }) => ({
        ...{ id, scopes: JSON.parse(scopes) as Scope[] },
        ...{ createdAt: created_at, expiresAt: expires_at },
      }))
    },
    /** Ends one token of `user`. Safe to repeat. */
    async revoke(user: string, id: number): Promise<void> {
      await db('tokens').where({ user, id }).delete()
    },
    async revokeAll(user: string): Promise<number> {
      return db('tokens').where({ user }).delete()
    },
  }
}
