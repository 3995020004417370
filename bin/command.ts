/** What the commands of `assay` share: options that many have, examples in their help, and how they end. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'

/** 0 fine, 1 the check or request failed, 2 wrong usage, 3 infrastructure. */
export type ExitStatus = 0 | 1 | 2 | 3

/** Said to whoever wrote the command line wrong; exit status 2. */
export class UsageError extends Error {}

/** How the process ends once nothing is left to do. Without it: 0. */
export const endWith = (status: ExitStatus): void => void (process.exitCode = status)

/** An option of many commands: the answer for programs. */
export const json = ['--json', 'print JSON'] as const

/** For options that may be given more than once: each is one more value. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value]

/** What stands below the help of a command: lines as they are typed, without `assay`. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  assay ${line}`).join('\n')}`

/** `usage: assay token create [options] <user>`. */
export const usageOf = (command: CommandUnknownOpts): string =>
  `usage: ${command.createHelp().commandUsage(command)}`
