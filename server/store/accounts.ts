/** Accounts at a provider of OpenID Connect, each bound to the user that first signed in with it. */
import type { Database } from './database.ts'

/** As the provider names it, for good: `sub` of its `iss`. */
export interface Account {
  issuer: string
  subject: string
}

interface Row extends Account {
  user: string
}

export type Accounts = ReturnType<typeof accounts>

export function accounts(db: Database) {
  const userOf = async ({ issuer, subject }: Account): Promise<string | null> =>
    (await db<Row>('accounts').where({ issuer, subject }).first())?.user ?? null
  return {
    userOf,
    /** Binds the account to `user`, unless it or the user is bound already. Returns whom it is bound to; null: nobody. */
    async bind({ issuer, subject }: Account, user: string, now: string): Promise<string | null> {
      await db('accounts').insert({ issuer, subject, user, bound_at: now }).onConflict().ignore()
      return userOf({ issuer, subject })
    },
    /** The next who signs in with that name has it. Returns whether anybody had. */
    async free(user: string): Promise<boolean> {
      return (await db('accounts').where({ user }).delete()) > 0
    },
  }
}
