/** Has packages maintained as a distribution says, all of it or nothing. Safe to repeat. */
import { parsePackage } from '../../core/names.ts'
import { ownershipChanges, type OwnershipChange } from '../../core/ownership.ts'
import type { Ownership } from '../../schemas/types.gen.ts'
import type { Services } from '../services.ts'

/** What was changed or, with `isDry`, would be. */
export async function takeOwnership(
  services: Pick<Services, 'transaction' | 'now'>,
  wanted: Ownership,
  isDry: boolean,
): Promise<OwnershipChange[]> {
  return services.transaction(async ({ packages }) => {
    const changes = ownershipChanges(wanted, await packages.maintained(Object.keys(wanted)))
    if (isDry) return changes
    for (const { package: name, add, remove } of changes) {
      const { id } = await packages.ensure(parsePackage(name), services.now())
      for (const user of add) await packages.addMaintainer(id, user)
      for (const user of remove) await packages.removeMaintainer(id, user)
    }
    return changes
  })
}
