/** The Open Build Service's `package.build_success`: a build per repository and architecture. */
import { validateObsBuild } from '../../schemas/validate.ts'
import type { Naming } from './bus.ts'
import { ignored, malformed, type Heard } from './heard.ts'
import { releaseOf } from './release-of.ts'

export function obsBuild(body: unknown, { namespaces, releases }: Naming): Heard {
  const { value: built, problems } = validateObsBuild(body)
  if (!built) return malformed(problems)
  const { project, repository, arch, versrel } = built
  // Thousands of home projects build the same packages: only those that the site named are for a release of it.
  const release = releaseOf([`${project}/${repository}`, project], releases ?? {}, () => null)
  if (release === null) return ignored('unknownRelease', `${project}/${repository} is for no known release.`)
  // `bash:Update` is a flavour of bash: one package.
  const name = built.package.split(':')[0] ?? ''
  const version = built.bcnt === undefined ? versrel : `${versrel}.${built.bcnt}`
  return {
    kind: 'build',
    source: 'urn:obs',
    id: [project, repository, built.package, arch, version, built.srcmd5 ?? ''].join('/').slice(0, 256),
    build: {
      package: `${namespaces?.obs ?? 'rpms'}/${name}`,
      release,
      version,
      architectures: [arch],
      subject: {
        type: 'obs_build',
        item: `${project}/${repository}/${arch}/${built.package}-${version}`.slice(0, 256),
      },
    },
    user: built.user ?? null,
    scratch: false,
  }
}
