/** People as readers: where they are reached, and what they asked to be told. */
import { everyPackage, type Interest, type Subscription } from '../../core/notify.ts'
import type { Database } from './database.ts'

interface AddressRow {
  user: string
  address: string
}

export type Readers = ReturnType<typeof readers>

export function readers(db: Database) {
  return {
    async address(user: string): Promise<string | null> {
      const row = await db<AddressRow>('mail_addresses').where({ user }).first()
      return row?.address ?? null
    },
    /** null: the user is no longer reached. */
    async setAddress(user: string, address: string | null): Promise<void> {
      if (address === null) await db('mail_addresses').where({ user }).delete()
      else await db('mail_addresses').insert({ user, address }).onConflict('user').merge()
    },
    /** Those of `users` that have an address. */
    async reachable(users: readonly string[]): Promise<Set<string>> {
      const rows = await db<AddressRow>('mail_addresses').whereIn('user', users).select('user')
      return new Set(rows.map(({ user }) => user))
    },
    async subscriptions(user: string): Promise<Subscription[]> {
      return (await db<Subscription>('subscriptions').where({ user }).orderBy('package')).map(plain)
    },
    /** What anybody asked about `packageName`, and what its maintainers asked about all of theirs. */
    async about(packageName: string, maintainers: readonly string[]): Promise<Subscription[]> {
      const rows = await db<Subscription>('subscriptions')
        .where({ package: packageName })
        .orWhere((own) => void own.where({ package: everyPackage }).whereIn('user', maintainers))
      return rows.map(plain)
    },
    async subscribe(user: string, about: string, interest: Interest): Promise<void> {
      await db('subscriptions')
        .insert({ user, package: about, interest })
        .onConflict(['user', 'package'])
        .merge()
    },
    /** The user hears of nothing, whatever was asked before. Safe to repeat; run it in a transaction. */
    async silence(user: string): Promise<void> {
      await db('subscriptions').where({ user }).delete()
      await this.subscribe(user, everyPackage, 'none')
    },
  }
}

const plain = ({ user, package: about, interest }: Subscription): Subscription => ({
  ...{ user, package: about, interest },
})
