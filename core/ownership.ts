/** What must change so that packages are maintained as a distribution says. Packages that it does not name stay. Pure. */
import type { Ownership } from '../schemas/types.gen.ts'

/** Maintainers by namespace/name. */
export type Maintained = ReadonlyMap<string, ReadonlySet<string>>

export interface OwnershipChange {
  /** namespace/name */
  package: string
  /** Whether it is not here yet. */
  isNew: boolean
  add: string[]
  remove: string[]
}

/** In the order in which `wanted` names them; those that are as they should be are left out. */
export function ownershipChanges(wanted: Ownership, now: Maintained): OwnershipChange[] {
  const changes: OwnershipChange[] = []
  for (const [namespace, packages] of Object.entries(wanted))
    for (const [name, maintainers] of Object.entries(packages)) {
      const full = `${namespace}/${name}`
      const before = now.get(full)
      const after = new Set(maintainers)
      const add = [...after].filter((user) => !before?.has(user))
      const remove = [...(before ?? [])].filter((user) => !after.has(user))
      if (!before || add.length > 0 || remove.length > 0)
        changes.push({ package: full, isNew: !before, add, remove })
    }
  return changes
}
