/** Koji's `buildsys.build.state.change`: a build when it is complete, on the primary instance. */
import { validateKojiBuild } from '../../schemas/validate.ts'
import type { KojiBuildChange } from '../../schemas/types.gen.ts'
import type { Naming } from './bus.ts'
import { ignored, malformed, type Heard } from './heard.ts'
import { fedoraRelease, releaseOf } from './release-of.ts'

const complete = 1

export function kojiBuild(body: unknown, { namespaces, releases, architectures, koji }: Naming): Heard {
  const { value: change, problems } = validateKojiBuild(body)
  if (!change) return malformed(problems)
  const { name, version, release } = change
  const nvr = `${name}-${version}-${release}`
  if (change.attribute !== 'state' || change.new !== complete)
    return ignored('notComplete', `${nvr} is not complete.`)
  if (change.instance !== 'primary') return ignored('otherInstance', `${nvr} is of ${change.instance}.`)
  const target = targetOf(change)
  const forRelease = releaseOf([...target, release], releases ?? {}, fedoraRelease)
  if (forRelease === null) return ignored('unknownRelease', `${nvr}: nobody knows what it is for.`)
  return {
    kind: 'build',
    // Not the message's: the same build told twice is one build.
    source: 'urn:koji:primary',
    id: `build/${change.build_id}`,
    build: {
      package: `${namespaces?.koji ?? 'rpms'}/${name}`,
      release: forRelease,
      version: `${change.epoch ? `${change.epoch}:` : ''}${version}-${release}`,
      ...(change.url && { origin: change.url }),
      ...(architectures && { architectures }),
    },
    user: change.owner ?? null,
    scratch: false,
    ...(koji && { koji: change.build_id }),
  }
}

/** What it was asked to be built for: absent where it was imported. */
function targetOf({ request }: KojiBuildChange): string[] {
  const target = request?.[1]
  return typeof target === 'string' ? [target] : []
}
