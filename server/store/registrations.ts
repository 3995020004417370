/** Registrations: what each pushed commit declares. Append-only; `branches` says which is current. */
import type { Check } from '../../core/check.ts'
import { grouped } from '../../core/grouped.ts'
import type { MatchableRegistration } from '../../core/matching.ts'
import { fullName, isShared } from '../../core/names.ts'
import type { Database } from './database.ts'

export interface Registration {
  id: number
  packageId: number
  branch: string
  commit: string
  pushedBy: string | null
  checks: Check[]
  createdAt: string
}

interface Row {
  id: number
  package_id: number
  branch: string
  commit: string
  pushed_by: string | null
  checks: string
  created_at: string
}

interface CurrentRow extends Row {
  namespace: string
  name: string
  is_default: boolean | number
}

/** See isShared in core/names.ts; an index finds them. */
const areShared = `substr(namespace || '-', 1, 5) = 'dist-'`

export interface Candidates {
  /** `packageName`: namespace/name of one of the packages. */
  of: (packageName: string) => MatchableRegistration[]
}

const fromRow = (row: Row): Registration => ({
  id: row.id,
  packageId: row.package_id,
  branch: row.branch,
  commit: row.commit,
  pushedBy: row.pushed_by,
  checks: JSON.parse(row.checks) as Check[],
  createdAt: row.created_at,
})

const toMatchable = (row: CurrentRow): MatchableRegistration => ({
  id: row.id,
  repository: { namespace: row.namespace, name: row.name },
  branch: row.branch,
  isDefault: Boolean(row.is_default),
  commit: row.commit,
  checks: JSON.parse(row.checks) as Check[],
})

export type Registrations = ReturnType<typeof registrations>

export function registrations(db: Database) {
  const currentRows = () =>
    db('branches')
      .join('registrations', 'registrations.id', 'branches.registration_id')
      .join('packages', 'packages.id', 'branches.package_id')
      .select<CurrentRow[]>('registrations.*', 'branches.is_default', 'packages.namespace', 'packages.name')
  return {
    /** Records what `commit` declares on `branch` and makes it current. Run it in a transaction. */
    async add(registration: Omit<Registration, 'id'>, isDefault: boolean): Promise<number> {
      const { packageId, branch } = registration
      const [row] = await db('registrations')
        .insert({
          package_id: packageId,
          branch,
          commit: registration.commit,
          pushed_by: registration.pushedBy,
          checks: JSON.stringify(registration.checks),
          created_at: registration.createdAt,
          // Only where it is so: the column is younger than the table.
          ...(registration.checks.some(({ on }) => on !== 'build') && { listens: true }),
        })
        .returning<{ id: number }[]>('id')
      if (!row) throw new Error('the database returned no id for a registration')
      await db('branches')
        .insert({ package_id: packageId, branch, registration_id: row.id, is_default: isDefault })
        .onConflict(['package_id', 'branch'])
        .merge()
      return row.id
    },
    /** The branch is gone: no new executions from it. Its registrations stay. */
    async drop(packageId: number, branch: string): Promise<void> {
      await db('branches').where({ package_id: packageId, branch }).delete()
    },
    async setDefault(packageId: number, branch: string): Promise<void> {
      await db('branches')
        .where({ package_id: packageId })
        .update({ is_default: db.raw('(branch = ?)', [branch]) })
    },
    /** Current registrations that builds of the packages must be matched against: their own and the shared ones. */
    async candidatesOf(packageIds: readonly number[]): Promise<Candidates> {
      if (packageIds.length === 0) return { of: () => [] }
      const rows = await currentRows().whereIn('branches.package_id', (some) => {
        // One list of ids: with an `or`, PostgreSQL would read all branches. Shared: `dist` and `dist-…`.
        void some
          .from('packages')
          .whereIn('id', packageIds)
          .select('id')
          .union((shared) => void shared.from('packages').whereRaw(areShared).select('id'))
      })
      const byRepository = grouped(rows.map(toMatchable), ({ repository }) => fullName(repository))
      const shared = [...byRepository.values()]
        .flat()
        .filter(({ repository }) => isShared(repository.namespace))
      return {
        of(packageName) {
          const own = byRepository.get(packageName) ?? []
          return [...own, ...shared.filter((one) => !own.includes(one))]
        },
      }
    },
    /** Current registrations some of whose checks wait for events other than builds. */
    async listening(): Promise<MatchableRegistration[]> {
      return (await currentRows().whereRaw('registrations.listens')).map(toMatchable)
    },
    /** Branch name to current commit, of one package. */
    async heads(packageId: number): Promise<Map<string, string>> {
      const rows = await currentRows().where('branches.package_id', packageId)
      return new Map(rows.map((row) => [row.branch, row.commit]))
    },
    async current(packageId: number): Promise<(Registration & { isDefault: boolean })[]> {
      const rows = await currentRows().where('branches.package_id', packageId).orderBy('branches.branch')
      return rows.map((row) => ({ ...fromRow(row), isDefault: Boolean(row.is_default) }))
    },
    /** Every time that `commit` was registered, on whatever branch, newest first. */
    async ofCommit(packageId: number, commit: string): Promise<Registration[]> {
      const rows = await db<Row>('registrations')
        .where({ package_id: packageId, commit })
        .orderBy('id', 'desc')
        .limit(100)
      return rows.map(fromRow)
    },
    async history(packageId: number, limit: number): Promise<Registration[]> {
      const rows = await db<Row>('registrations')
        .where({ package_id: packageId })
        .orderBy('id', 'desc')
        .limit(limit)
      return rows.map(fromRow)
    },
  }
}
