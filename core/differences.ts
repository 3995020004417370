/** What differs between two runs of a check: everything recorded that could be why one held and the other broke. */
import type { MachineFacts } from '../schemas/types.gen.ts'

/** What is known of a run. Null: nobody recorded it. */
export interface RunFacts {
  version: string
  commit: string
  image: string | null
  imageDigest: string | null
  accelerator: string | null
  qemu: string | null
  /** Version by name of what was installed when the check began. */
  packages: ReadonlyMap<string, string> | null
}

export interface Difference {
  what: (typeof kinds)[number] | 'package'
  /** Of the package. */
  name?: string
  /** Null, as after: the package was not installed. */
  before: string | null
  after: string | null
}

/** Where a check ran. */
export interface Place {
  machine: MachineFacts
  packages: RunFacts['packages']
}

/** What is known of a run in `place`; null: it has not come that far. */
export const runFacts = (
  { version, commit }: Pick<RunFacts, 'version' | 'commit'>,
  place: Place | null,
): RunFacts => ({
  ...{ version, commit },
  image: place?.machine.image ?? null,
  imageDigest: place?.machine.imageDigest ?? null,
  accelerator: place?.machine.accelerator ?? null,
  qemu: place?.machine.qemu ?? null,
  packages: place?.packages ?? null,
})

/** In the order in which they are likely to matter. */
const kinds = ['version', 'commit', 'image', 'imageDigest', 'accelerator', 'qemu'] as const

/** What one side does not know tells nothing, and is left out. */
export const differences = (before: RunFacts, after: RunFacts): Difference[] => [
  ...kinds.flatMap((what) => {
    const [one, other] = [before[what], after[what]]
    return one === null || other === null || one === other ? [] : [{ what, before: one, after: other }]
  }),
  ...packageDifferences(before, after),
]

/** What came with the build is known to differ: it has the build's version on both sides. */
function packageDifferences(before: RunFacts, after: RunFacts): Difference[] {
  const [then, now] = [before.packages, after.packages]
  if (!then || !now) return []
  const names = [...new Set([...then.keys(), ...now.keys()])].sort()
  return names.flatMap((name) => {
    const [one, other] = [then.get(name) ?? null, now.get(name) ?? null]
    const isBuilt = one === before.version && other === after.version
    return one === other || isBuilt ? [] : [{ what: 'package' as const, name, before: one, after: other }]
  })
}
