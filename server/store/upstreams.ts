/** Where packages have their checks, when that is not here; and what the last look there came to. */
import { NotFound } from '../../core/errors.ts'
import type { Forge } from '../../core/forges.ts'
import type { Pushed } from '../../core/listening/pushed.ts'
import { fullName, type PackageName } from '../../core/names.ts'
import type { Database } from './database.ts'
import { packages } from './packages.ts'

/** A commit that was not taken. */
export interface Refused {
  branch: string
  commit: string
  why: string
}

export interface Upstream {
  package: PackageName & { id: number }
  url: string
  forge: Forge | null
  secret: string
  statusToken: string | null
  /** Somebody said that there is something new. */
  isAsked: boolean
  lookedAt: string | null
  /** Why the last look came to nothing; null: it did not. */
  trouble: string | null
  refused: Refused[]
}

export interface Look {
  at: string
  /** When it is looked at next. */
  dueAt: string
  trouble: string | null
  refused: readonly Refused[]
}

interface Row {
  package_id: number
  namespace: string
  name: string
  url: string
  forge: Forge | null
  secret: string
  status_token: string | null
  is_asked: boolean | number
  looked_at: string | null
  trouble: string | null
  refused: string
}

const fromRow = (row: Row): Upstream => ({
  package: { id: row.package_id, namespace: row.namespace, name: row.name },
  url: row.url,
  forge: row.forge,
  secret: row.secret,
  statusToken: row.status_token,
  isAsked: Boolean(row.is_asked),
  lookedAt: row.looked_at,
  trouble: row.trouble,
  refused: JSON.parse(row.refused) as Refused[],
})

export type Upstreams = ReturnType<typeof upstreams>

export function upstreams(db: Database) {
  const all = () =>
    db('upstreams')
      .join('packages', 'packages.id', 'upstreams.package_id')
      .select<Row[]>('upstreams.*', 'packages.namespace', 'packages.name')
  const find = async (packageId: number): Promise<Upstream | null> => {
    const [row] = await all().where('upstreams.package_id', packageId)
    return row ? fromRow(row) : null
  }
  return {
    find,
    async get(found: PackageName & { id: number }): Promise<Upstream> {
      const upstream = await find(found.id)
      if (!upstream) throw new NotFound('upstream of', fullName(found))
      return upstream
    },
    /** Sets where the package's checks are kept, whatever was set before. It is looked at as soon as can be. */
    async set(
      packageId: number,
      { url, forge, secret, statusToken }: Pick<Upstream, 'url' | 'forge' | 'secret' | 'statusToken'>,
      now: string,
    ): Promise<void> {
      await db('upstreams')
        .insert({
          ...{ package_id: packageId, url, forge, secret, status_token: statusToken },
          ...{ due_at: now, is_asked: true, looked_at: null, trouble: null, refused: '[]' },
        })
        .onConflict('package_id')
        .merge()
    },
    async remove(packageId: number): Promise<void> {
      await db('upstreams').where({ package_id: packageId }).delete()
    },
    /** There may be something new. */
    async ask(packageId: number, now: string): Promise<void> {
      await db('upstreams').where({ package_id: packageId }).update({ due_at: now, is_asked: true })
    },
    /** The same of all at one of the addresses, or of packages of these names. Returns how many there are. */
    async askAbout({ urls, packages: names }: Pushed, now: string): Promise<number> {
      const written = urls.flatMap((url) => [url, `${url}/`, `${url}.git`, `${url}.git/`])
      const named = await packages(db).byName(names)
      const ids = [...named.values()].map(({ id }) => id)
      return db('upstreams')
        .whereIn('url', written)
        .orWhereIn('package_id', ids)
        .update({ due_at: now, is_asked: true })
    },
    /** Those that are to be looked at, the longest due first. */
    async due(now: string, limit: number): Promise<Upstream[]> {
      const rows = await all().where('due_at', '<=', now).orderBy('due_at').limit(limit)
      return rows.map(fromRow)
    },
    /** A look begins: who asks from now on asks for another one. */
    async begin(packageId: number, dueAt: string): Promise<void> {
      await db('upstreams').where({ package_id: packageId }).update({ due_at: dueAt, is_asked: false })
    },
    /** What a look came to. Who asked meanwhile is not forgotten. */
    async looked(packageId: number, { at, dueAt, trouble, refused }: Look): Promise<void> {
      await db('upstreams')
        .where({ package_id: packageId })
        .update({ looked_at: at, trouble, refused: JSON.stringify(refused) })
      await db('upstreams').where({ package_id: packageId, is_asked: false }).update({ due_at: dueAt })
    },
  }
}
