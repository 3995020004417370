/** What tmt's conditions may ask about a run here: the dimensions of its context, from what is known of a build. Pure. */
import type { Context } from '../fmf/condition.ts'

export interface Circumstances {
  release: string
  /** As the kernel names it. */
  arch: string
  /** namespace/name of the package. */
  package: string
  /** Of the machine. */
  image: string
}

/** Of every run: what holds before anything else is known. */
const always: readonly [string, readonly string[]][] = [
  ['trigger', ['build']],
  ['initiator', ['assay']],
]

/** What holds of every run, which is all that is known at a push. */
export const anyContext: Context = new Map(always)

export function contextOf({ release, arch, package: component, image }: Circumstances): Context {
  const distro = distroOf(release) ?? distroOf(image)
  return new Map<string, readonly string[]>([
    ...always,
    ['arch', [arch]],
    ['component', [component.split('/').at(-1) ?? component]],
    ...(distro === null ? [] : [['distro', [distro]] as [string, string[]]]),
  ])
}

/** `context` with what a plan says of it. */
export const extended = (context: Context, more: Context): Context => new Map([...more, ...context])

const codeNames: Readonly<Record<string, string>> = {
  ...{ buster: 'debian-10', bullseye: 'debian-11', bookworm: 'debian-12', trixie: 'debian-13' },
  ...{ forky: 'debian-14', sid: 'debian-sid', unstable: 'debian-sid', testing: 'debian-testing' },
  ...{ focal: 'ubuntu-20.04', jammy: 'ubuntu-22.04', noble: 'ubuntu-24.04' },
  ...{ rawhide: 'fedora-rawhide', eln: 'fedora-eln' },
}

/** How tmt names the distribution of a release: f44 is fedora-44, bookworm debian-12. null: nobody knows. */
export function distroOf(release: string): string | null {
  const known = codeNames[release.replace(/-(security|updates|backports)$/, '')]
  if (known !== undefined) return known
  const [, fedora] = /^f(\d+)$/.exec(release) ?? []
  if (fedora !== undefined) return `fedora-${fedora}`
  const [, stream] = /^c(\d+)s$/.exec(release) ?? []
  if (stream !== undefined) return `centos-stream-${stream}`
  const [, enterprise] = /^epel(\d+)$/.exec(release) ?? []
  if (enterprise !== undefined) return `rhel-${enterprise}`
  return /^(debian|ubuntu|fedora|centos-stream|rhel)-[0-9a-z.]+$/.test(release) ? release : null
}
