/** What a command of `assay` is, and how it ends. */

/** 0 fine, 1 the check or request failed, 2 wrong usage, 3 infrastructure. */
export type ExitStatus = 0 | 1 | 2 | 3

export interface Command {
  /** What stands behind `assay NAME` in the help: `[DIR] [--check NAME]`. */
  usage: string
  /** One line. */
  summary: string
  run: (args: string[]) => Promise<ExitStatus>
}

/** Said to whoever wrote the command line wrong; exit status 2. */
export class UsageError extends Error {}
