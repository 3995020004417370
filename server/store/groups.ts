/** Groups of users: a package may be maintained by `@group`, and members of `admins` may push everywhere. */
import type { Database } from './database.ts'

export interface Group {
  group: string
  users: string[]
}

interface Row {
  group_name: string
  user: string
}

export type Groups = ReturnType<typeof groups>

export function groups(db: Database) {
  return {
    /** Safe to repeat. */
    async add(group: string, user: string): Promise<void> {
      await db('group_members')
        .insert({ group_name: group, user })
        .onConflict(['group_name', 'user'])
        .ignore()
    },
    /** A group without members is gone. Safe to repeat. */
    async remove(group: string, user: string): Promise<void> {
      await db('group_members').where({ group_name: group, user }).delete()
    },
    async members(group: string): Promise<string[]> {
      const rows = await db<Row>('group_members').where({ group_name: group }).orderBy('user')
      return rows.map(({ user }) => user)
    },
    /** By name, after the group `after`. */
    async list({
      limit,
      after,
      without = [],
    }: {
      limit: number
      after: string
      without?: readonly string[]
    }): Promise<Group[]> {
      const names = await db('group_members')
        .distinct('group_name')
        .where('group_name', '>', after)
        .whereNotIn('group_name', without)
        .orderBy('group_name')
        .limit(limit)
        .select<{ group_name: string }[]>()
      return Promise.all(
        names.map(async ({ group_name: group }) => ({ group, users: await this.members(group) })),
      )
    },
    /** The groups that `user` is in, by name. */
    async of(user: string): Promise<string[]> {
      const rows = await db<Row>('group_members').where({ user }).orderBy('group_name')
      return rows.map(({ group_name }) => group_name)
    },
    async isMember(group: string, user: string): Promise<boolean> {
      return (await db('group_members').where({ group_name: group, user }).first()) !== undefined
    },
  }
}
