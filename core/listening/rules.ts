/** Which of the builds that listeners hear count here, by the site's rules. Pure: counting is somebody else's. */
import type { Rules } from '../../schemas/types.gen.ts'
import { matchesText } from '../globs.ts'
import { kernelArch, parsePackage } from '../names.ts'
import { ignored, type HeardBuild, type Ignored } from './heard.ts'

/** The build as far as the rules let it in, or the first rule that keeps it out. */
export function applyRules(heard: HeardBuild, rules: Rules): HeardBuild | Ignored {
  const { build, user } = heard
  const { namespace } = parsePackage(build.package)
  if (heard.scratch && !(rules.scratch ?? false))
    return ignored('scratch', `${build.version} of ${build.package} is a scratch build.`)
  if (!admits(rules.namespaces, namespace))
    return ignored('namespaces', `Packages of ${namespace} do not count.`)
  if (!admits(rules.releases, build.release))
    return ignored('releases', `Builds for ${build.release} do not count.`)
  if (!admits(rules.users?.only, user ?? '') || matchesAny(rules.users?.never ?? [], user ?? ''))
    return ignored('users', `Builds of ${user ?? 'nobody'} do not count.`)
  const architectures = (build.architectures ?? ['x86_64'])
    .map(kernelArch)
    .filter((arch) => admits(rules.architectures, arch))
  if (architectures.length === 0)
    return ignored('architectures', `No architecture of ${build.version} of ${build.package} counts.`)
  return { ...heard, build: { ...build, architectures } }
}

const admits = (globs: readonly string[] | undefined, text: string): boolean =>
  globs === undefined || matchesAny(globs, text)

const matchesAny = (globs: readonly string[], text: string): boolean =>
  globs.some((glob) => matchesText(text, glob))
