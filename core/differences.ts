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
}

export interface Difference {
  what: keyof RunFacts
  before: string
  after: string
}

/** What is known of a run in `machine`; null: it has not come that far. */
export const runFacts = (
  { version, commit }: Pick<RunFacts, 'version' | 'commit'>,
  machine: MachineFacts | null,
): RunFacts => ({
  ...{ version, commit },
  image: machine?.image ?? null,
  imageDigest: machine?.imageDigest ?? null,
  accelerator: machine?.accelerator ?? null,
  qemu: machine?.qemu ?? null,
})

/** In the order in which they are likely to matter. */
const kinds = ['version', 'commit', 'image', 'imageDigest', 'accelerator', 'qemu'] as const

/** What one side does not know tells nothing, and is left out. */
export const differences = (before: RunFacts, after: RunFacts): Difference[] =>
  kinds.flatMap((what) => {
    const [one, other] = [before[what], after[what]]
    return one === null || other === null || one === other ? [] : { what, before: one, after: other }
  })
