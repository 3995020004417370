/** Why an execution still waits: nobody who can run it is there, or those who can are busy with others. */

import { sizeText } from './check-bounds.ts'

/** A runner as far as waiting depends on it. */
export interface Able {
  architectures: readonly string[]
  /** Of the largest machine that its host can have. */
  memoryMiB?: number | undefined
  seenAt: string
}

/** An execution as far as waiting depends on it. */
export interface Waits {
  arch: string
  failures: number
  /** Absent: nobody looked. */
  definition?: { memoryMiB: number }
}

/** A runner that was silent for longer is taken for gone; runners say hello at least once a minute. Milliseconds. */
export const runnerSilence = 2 * 60_000

export const isPresent = ({ seenAt }: Pick<Able, 'seenAt'>, now: string): boolean =>
  Date.parse(now) - Date.parse(seenAt) <= runnerSilence

/**
 * One sentence for people about an execution that is scheduled for `arch`.
 * `waiting`: how many executions wait in all; `failures`: attempts that it lost to infrastructure before.
 */
export function whyWaiting(
  { arch, failures, definition }: Waits,
  { runners, waiting, now }: { runners: readonly Able[]; waiting: number; now: string },
): string {
  const present = runners.filter((runner) => isPresent(runner, now))
  const again = failures > 0 ? `Attempt ${failures} met an infrastructure error; it is tried again. ` : ''
  if (present.length === 0) return `${again}No runner is there at the moment: it runs when one comes back.`
  if (!present.some(({ architectures }) => architectures.includes(arch)))
    return `${again}None of the runners that are there has machines of architecture ${arch}.`
  const { memoryMiB } = definition ?? { memoryMiB: 0 }
  if (!present.some((one) => one.architectures.includes(arch) && memoryMiB <= (one.memoryMiB ?? Infinity)))
    return `${again}None of the runners that are there has a host with memory for a machine of ${sizeText(memoryMiB)}.`
  return waiting > 1
    ? `${again}It waits for a free runner; ${waiting} executions are waiting in all.`
    : `${again}It is next for a free runner.`
}
