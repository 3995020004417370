/** Whether the viewer of a page may act on what it shows. */
import type { Request } from 'express'
import { Forbidden } from '../../core/errors.ts'
import type { PackageAction } from '../../core/permissions.ts'
import { permitOn } from '../auth.ts'
import type { Services } from '../services.ts'
import { viewerOf } from './session.ts'

/** The key of the forms of a viewer who may do `action` to the package; null: nobody looks who may. */
export async function formKeyFor(
  services: Pick<Services, 'stores' | 'now'>,
  request: Request,
  action: PackageAction,
  packageId: number,
): Promise<string | null> {
  const viewer = viewerOf(request)
  if (!viewer) return null
  try {
    await permitOn(services, viewer.identity, action, await services.stores.packages.byId(packageId))
    return viewer.formKey
  } catch (error) {
    if (error instanceof Forbidden) return null
    throw error
  }
}
