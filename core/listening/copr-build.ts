/** Copr's `copr.build.end`: a build per chroot, which is a release and an architecture. */
import { validateCoprBuild } from '../../schemas/validate.ts'
import { matchesText } from '../globs.ts'
import type { Naming } from './bus.ts'
import { ignored, malformed, type Heard } from './heard.ts'
import { releaseOf } from './release-of.ts'

const succeeded = 1

export function coprBuild(body: unknown, { namespaces, projects = [], releases = {} }: Naming): Heard {
  const { value: end, problems } = validateCoprBuild(body)
  if (!end) return malformed(problems)
  const project = `${end.owner}/${end.copr}`
  if (end.status !== succeeded)
    return ignored('notComplete', `Build ${end.build} of ${project} did not succeed.`)
  const [, system = '', arch = ''] = /^(.+)-([a-z0-9_]+)$/.exec(end.chroot) ?? []
  // Anybody may have a project that builds bash: only those that the site named are its packages.
  const named = releaseOf([`${project}:${end.chroot}`], releases, () => null)
  if (named === null && !projects.some((glob) => matchesText(project, glob)))
    return ignored('projects', `${project} is no project of this site.`)
  const release = named ?? releaseOf([end.chroot], releases, () => systemRelease(system))
  if (release === null)
    return ignored('unknownRelease', `${end.chroot} of ${project} is for no known release.`)
  return {
    kind: 'build',
    source: 'urn:copr',
    id: `build/${end.build}/${end.chroot}`,
    build: {
      package: `${namespaces?.copr ?? 'rpms'}/${end.pkg}`,
      release,
      version: end.version,
      architectures: [arch],
      // As Testing Farm names it. Never koji_build: a gate would take it for the distribution's own.
      subject: { type: 'copr_build', item: `${end.build}:${end.chroot}` },
    },
    user: end.user ?? end.owner,
    scratch: false,
  }
}

/** `fedora-41` is f41, `epel-9` el9, `fedora-rawhide` rawhide; others are named as they are. */
function systemRelease(system: string): string | null {
  const [, kind, version] = /^(fedora|epel)-(\d+)$/.exec(system) ?? []
  if (version !== undefined) return `${kind === 'fedora' ? 'f' : 'el'}${version}`
  return system === 'fedora-rawhide' ? 'rawhide' : system === '' ? null : system
}
