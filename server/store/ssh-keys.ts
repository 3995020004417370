/** Public keys with which users push over ssh. */
import { AppError, NotFound } from '../../core/errors.ts'
import type { PublicKey } from '../ssh/public-key.ts'
import type { Database } from './database.ts'

export interface SshKey extends PublicKey {
  id: number
  user: string
  createdAt: string
}

interface Row extends PublicKey {
  id: number
  user: string
  created_at: string
}

const fromRow = ({ created_at, ...row }: Row): SshKey => ({ ...row, createdAt: created_at })

export type SshKeys = ReturnType<typeof sshKeys>

export function sshKeys(db: Database) {
  const find = async (where: { id: number } | { fingerprint: string }): Promise<SshKey | null> => {
    const row = await db<Row>('ssh_keys').where(where).first()
    return row ? fromRow(row) : null
  }
  return {
    /** Gives the key to `user`. Safe to repeat; throws KEY_IN_USE when it is another's. */
    async add(user: string, key: PublicKey, now: string): Promise<SshKey> {
      const { type, blob, fingerprint, label } = key
      await db('ssh_keys')
        .insert({ user, type, blob, fingerprint, label, created_at: now })
        .onConflict('fingerprint')
        .ignore()
      const found = await find({ fingerprint })
      if (found?.user === user) return found
      throw new AppError(
        'KEY_IN_USE',
        409,
        `The key ${fingerprint} is another user's: who pushes is told by the key.`,
      )
    },
    byFingerprint: (fingerprint: string): Promise<SshKey | null> => find({ fingerprint }),
    byId: (id: number): Promise<SshKey | null> => find({ id }),
    /** Oldest first, after the id `after`; of one user where one is named. */
    async list({ user, limit, after }: { user?: string | undefined; limit: number; after: number }) {
      const query = db<Row>('ssh_keys').where('id', '>', after).orderBy('id').limit(limit)
      if (user !== undefined) void query.where({ user })
      return (await query).map(fromRow)
    },
    async remove(id: number): Promise<void> {
      if ((await db('ssh_keys').where({ id }).delete()) === 0) throw new NotFound('key', String(id))
    },
  }
}
