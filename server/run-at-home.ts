/** How somebody repeats an execution on a machine of their own. */
import type { Execution } from './store/executions.ts'

/** The same check at the same commit on the same build, as a shell command. */
export const runAtHome = ({ id }: Pick<Execution, 'id'>, baseUrl: string): string =>
  `ASSAY_SERVER=${baseUrl} assay run --execution ${id}`
