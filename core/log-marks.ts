/** The lines by which a runner divides a log into its steps, so that a page can fold them. */

/** What a line of the runner's own begins with. A check may write the same: it then only folds its own log. */
export const ownLine = '== '

/** What the runner says when a step of an attempt begins. */
export const beginnings = {
  fetching: 'fetching the check',
  booting: 'opening a machine',
  installing: 'installing packages',
  nothingToInstall: 'nothing to install',
  running: 'running',
  collecting: 'collecting what it left',
} as const

/** Whether `line` begins a step, and so a section of the log. */
export const beginsSection = (line: string): boolean => pattern.test(line)

const pattern = new RegExp(`^${ownLine}(?:${Object.values(beginnings).join('|')})(?: |$)`)
