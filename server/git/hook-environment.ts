/** What hooks are told about the push that they judge. */
import { join } from 'node:path'
import type { CheckBounds } from '../../core/check-bounds.ts'
import { fullName, type PackageName } from '../../core/names.ts'
import type { Allows } from '../store/packages.ts'

interface Push {
  /** Who pushes; null where nobody is asked. */
  user: string | null
  /** What may be done with branches that releases run from. */
  allows: Allows
  /** What checks may ask for. */
  bounds: CheckBounds
  /** Why nothing but deletions is taken; null: there is room. */
  full: string | null
}

export const hookEnvironment = (
  data: string,
  name: PackageName,
  { user, allows, bounds, full }: Push,
): NodeJS.ProcessEnv => ({
  ASSAY_SOCKET: join(data, 'assay.sock'),
  ASSAY_REPOSITORY: fullName(name),
  ASSAY_ALLOWED: [...(allows.force ? ['force'] : []), ...(allows.deletion ? ['deletion'] : [])].join(' '),
  ASSAY_BOUNDS: JSON.stringify(bounds),
  ...(full !== null && { ASSAY_FULL: full }),
  ...(user !== null && { ASSAY_USER: user }),
})
