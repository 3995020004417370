/** `assay cancel`: ends an execution that waits or runs. */
import type { Command } from '../command.ts'
import { changeExecution } from '../change-execution.ts'

export default {
  usage: 'UUID [--json]',
  summary: 'Ends an execution that waits or runs; it leaves no result.',
  run: (args) => changeExecution(args, 'cancel', ({ id }) => `${id} is cancelled.`),
} satisfies Command
