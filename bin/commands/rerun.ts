/** `assay rerun`: the same check of the same commit on the same build once more. */
import type { Command } from '../command.ts'
import { changeExecution } from '../change-execution.ts'

export default {
  usage: 'UUID [--json]',
  summary: 'Runs a finished execution once more, under a UUID of its own.',
  run: (args) => changeExecution(args, 'rerun', ({ id, url }) => `It runs again as ${id}\n${url}`),
} satisfies Command
