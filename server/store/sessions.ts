/** Sessions of people in browsers: only the hashes of what their cookies say are kept. */
import type { Identity, Scope } from '../../core/permissions.ts'
import type { Database } from './database.ts'

export interface NewSession {
  /** SHA-256, in hex, of the cookie's secret. */
  hash: string
  user: string
  /** Hash of the token that the session was opened with, and ends with; null: another site said who it is. */
  tokenHash: string | null
  createdAt: string
  expiresAt: string
}

interface Found {
  user: string
  token_hash: string | null
  scopes: string | null
  token_expires_at: string | null
  is_admin: number | boolean
}

export type Sessions = ReturnType<typeof sessions>

export function sessions(db: Database) {
  return {
    async begin({ hash, user, tokenHash, createdAt, expiresAt }: NewSession): Promise<void> {
      await db('sessions').insert({
        ...{ hash, user, token_hash: tokenHash },
        ...{ created_at: createdAt, expires_at: expiresAt },
      })
    },
    /** Whose session it is and what it may do, by what its token or its groups allow now; null: it has ended. */
    async identify(hash: string, now: string): Promise<Identity | null> {
      const row = await db('sessions')
        .leftJoin('tokens', 'tokens.hash', 'sessions.token_hash')
        .where('sessions.hash', hash)
        .where('sessions.expires_at', '>', now)
        .first<Found | undefined>(
          'sessions.user',
          'sessions.token_hash',
          'tokens.scopes',
          { token_expires_at: 'tokens.expires_at' },
          db.raw(
            `exists (select 1 from group_members where group_name = 'admins' and group_members."user" = sessions."user") as is_admin`,
          ),
        )
      if (!row) return null
      if (row.token_hash === null)
        return { user: row.user, powers: ['push', 'account', ...(row.is_admin ? (['admin'] as const) : [])] }
      if (row.token_expires_at !== null && row.token_expires_at <= now) return null
      return { user: row.user, powers: JSON.parse(row.scopes ?? '[]') as Scope[] }
    },
    /** Safe to repeat. */
    async end(hash: string): Promise<void> {
      await db('sessions').where({ hash }).delete()
    },
    async endAll(user: string): Promise<number> {
      return db('sessions').where({ user }).delete()
    },
    async forgetExpired(now: string): Promise<void> {
      await db('sessions').where('expires_at', '<=', now).delete()
    },
  }
}
