/** What hooks are told about the push that they judge. */
import { join } from 'node:path'
import { fullName, type PackageName } from '../../core/names.ts'
import type { Allows } from '../store/packages.ts'

/** `user`: who pushes, null where nobody is asked; `allows`: what may be done with branches that releases run from. */
export const hookEnvironment = (
  data: string,
  name: PackageName,
  { user, allows }: { user: string | null; allows: Allows },
): NodeJS.ProcessEnv => ({
  ASSAY_SOCKET: join(data, 'assay.sock'),
  ASSAY_REPOSITORY: fullName(name),
  ASSAY_ALLOWED: [...(allows.force ? ['force'] : []), ...(allows.deletion ? ['deletion'] : [])].join(' '),
  ...(user !== null && { ASSAY_USER: user }),
})
