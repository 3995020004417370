/** Packages and who maintains them. */
import type { Knex } from 'knex'
import { NotFound } from '../../core/errors.ts'
import { grouped } from '../../core/grouped.ts'
import { fullName, parsePackage, type PackageName } from '../../core/names.ts'
import { chunks } from './chunks.ts'
import type { Database } from './database.ts'

export interface Package extends PackageName {
  id: number
  createdAt: string
  /** What pushers may do with branches that releases run from. */
  allows: Allows
  /** Address of the repository elsewhere that its checks are kept in; null: they are pushed here. */
  keptAt: string | null
}

export interface Allows {
  force: boolean
  deletion: boolean
}

interface Row {
  id: number
  namespace: string
  name: string
  created_at: string
  allows_force: boolean | number
  allows_deletion: boolean | number
  kept_at: string | null
}

const fromRow = (row: Row): Package => ({
  id: row.id,
  namespace: row.namespace,
  name: row.name,
  createdAt: row.created_at,
  allows: { force: Boolean(row.allows_force), deletion: Boolean(row.allows_deletion) },
  keptAt: row.kept_at,
})

export type Packages = ReturnType<typeof packages>

export function packages(db: Database) {
  const stored = () =>
    db('packages')
      .leftJoin('upstreams', 'upstreams.package_id', 'packages.id')
      .select<Row[]>('packages.*', 'upstreams.url as kept_at')
  const find = async ({ namespace, name }: PackageName): Promise<Package | null> => {
    const row = await stored().where({ namespace, name }).first()
    return row ? fromRow(row) : null
  }
  /** Rows that name `user` as lists of maintainers do: so, or by a group that `user` is in. An index finds them. */
  const naming = (user: string): Knex.QueryBuilder =>
    db('maintainers').whereRaw(
      `"user" in (select cast(? as varchar(128)) union all select '@' || group_name from group_members where "user" = ?)`,
      [user, user],
    )
  return {
    find,
    /** Those of `names` (namespace/name) that are there, by name. Throws BAD_PACKAGE_NAME. */
    async byName(names: readonly string[]): Promise<Map<string, Package>> {
      const found = new Map<string, Package>()
      const parsed = [...new Set(names)].map(parsePackage)
      for (const [namespace, some] of grouped(parsed, (one) => one.namespace))
        for (const chunk of chunks(some.map(({ name }) => name)))
          for (const row of await stored().where({ namespace }).whereIn('name', chunk))
            found.set(fullName(row), fromRow(row))
      return found
    },
    async get(name: PackageName): Promise<Package> {
      const found = await find(name)
      if (!found) throw new NotFound('package', fullName(name))
      return found
    },
    async byId(id: number): Promise<Package> {
      const row = await stored().where({ id }).first()
      if (!row) throw new NotFound('package', String(id))
      return fromRow(row)
    },
    /** Makes the package if it is not there. Safe to repeat. */
    async ensure({ namespace, name }: PackageName, now: string): Promise<Package> {
      await db('packages')
        .insert({ namespace, name, created_at: now })
        .onConflict(['namespace', 'name'])
        .ignore()
      return this.get({ namespace, name })
    },
    async count(): Promise<number> {
      const [row] = await db('packages').count<{ count: number | string }[]>({ count: '*' })
      return Number(row?.count)
    },
    /** Ordered by name, after `cursor` (a full name). */
    async list({ limit, after }: { limit: number; after?: PackageName | undefined }): Promise<Package[]> {
      const query = stored().orderBy(['namespace', 'name']).limit(limit)
      if (after) {
        const { namespace, name } = after
        void query.whereRaw('(namespace > ? or (namespace = ? and name > ?))', [namespace, namespace, name])
      }
      return (await query).map(fromRow)
    },
    /** The names of all in `namespace`. */
    async namesIn(namespace: string): Promise<Set<string>> {
      const rows = await db('packages').where({ namespace }).select<{ name: string }[]>('name')
      return new Set(rows.map(({ name }) => name))
    },
    /** Packages whose name contains `text`, at most `limit`. */
    async search(text: string, limit: number): Promise<Package[]> {
      const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`
      // Looked up by itself and in its order, as all that is looked at then lies in one index, of which the first part often does.
      const found = db('packages')
        .whereRaw(`search_name like ? escape '\\'`, [pattern])
        .orderBy('search_name')
        .limit(limit)
        .select('id')
      const rows = await stored().whereIn('id', found).orderBy('search_name')
      return rows.map(fromRow)
    },
    /** Refused by the database while builds or executions point at it. */
    async remove(id: number): Promise<void> {
      await db('packages').where({ id }).delete()
    },
    async maintainers(id: number): Promise<string[]> {
      const rows = await db('maintainers')
        .where({ package_id: id })
        .orderBy('user')
        .select<{ user: string }[]>('user')
      return rows.map(({ user }) => user)
    },
    /** Users who maintain the package, alone or in a group. */
    async maintainingUsers(id: number): Promise<string[]> {
      const named = await this.maintainers(id)
      const groups = named.filter((name) => name.startsWith('@'))
      const members = await db('group_members')
        .whereIn(
          'group_name',
          groups.map((group) => group.slice(1)),
        )
        .select<{ user: string }[]>('user')
      const alone = named.filter((name) => !groups.includes(name))
      return [...new Set([...alone, ...members.map(({ user }) => user)])].sort()
    },
    /** Maintainers of all packages in the namespaces, by full name. */
    async maintained(namespaces: readonly string[]): Promise<Map<string, Set<string>>> {
      const rows = await db('packages')
        .leftJoin('maintainers', 'maintainers.package_id', 'packages.id')
        .whereIn('namespace', namespaces)
        .select<{ namespace: string; name: string; user: string | null }[]>('namespace', 'name', 'user')
      const found = new Map<string, Set<string>>()
      for (const { user, ...name } of rows) {
        const users = found.get(fullName(name)) ?? new Set()
        if (user !== null) users.add(user)
        found.set(fullName(name), users)
      }
      return found
    },
    async addMaintainer(id: number, user: string): Promise<void> {
      await db('maintainers').insert({ package_id: id, user }).onConflict(['package_id', 'user']).ignore()
    },
    async removeMaintainer(id: number, user: string): Promise<void> {
      await db('maintainers').where({ package_id: id, user }).delete()
    },
    /** Packages that `user` maintains, alone or in a group, by name, at most `limit`. */
    async ofMaintainer(user: string, limit: number): Promise<Package[]> {
      const rows = await stored()
        .whereIn('id', naming(user).select('package_id'))
        .orderBy(['namespace', 'name'])
        .limit(limit)
      return rows.map(fromRow)
    },
    /** Whether `user` is a maintainer, or in a group that is one. */
    async isMaintainer(id: number, user: string): Promise<boolean> {
      const found = await naming(user).where({ package_id: id }).first<{ user: string } | undefined>('user')
      return found !== undefined
    },
    async allow(id: number, { force, deletion }: Allows): Promise<void> {
      await db('packages').where({ id }).update({ allows_force: force, allows_deletion: deletion })
    },
  }
}
