/**
 * What checks and their machines wrote, read in threads: one that takes long or much to read costs its own attempt, and no other
 * machine of this runner waits for it.
 */
import { availableParallelism } from 'node:os'
import { AppError } from '../core/errors.ts'
import { openThreads, type ThreadBounds } from '../ground/in-thread.ts'
import type { Job } from '../schemas/types.gen.ts'
import { AttemptEnded } from './ending.ts'
import type { PlanAnswer } from './guest/tmt-plan.ts'
import { readOutputs, type Outputs, type OutputsRead } from './outputs.ts'
import type * as Readers from './thread-readers.ts'

/** Of one reading; a real one takes a hundredth of it. */
const usual = { threads: availableParallelism(), waiting: 1000, seconds: 60, memoryMiB: 512 }

/** Characters of results that are read at once, where nothing else is to be read: a thread would cost more. */
const short = 16 * 1024

/** Threads start when they are needed, and are gone when nobody has needed them for a while. */
export function openReaders(bounds: ThreadBounds) {
  const { call, close } = openThreads<typeof Readers>(new URL('./thread-readers.js', import.meta.url), bounds)
  /** The plan or playbook of a job, in `tree`; null: it is about none. Throws AttemptEnded (bad_check) for what cannot be read. */
  const readPlan = async (job: Job, tree: string): Promise<PlanAnswer | null> => {
    if (!job.check.tmt && !job.check.sti) return null
    try {
      return await call.planOf(job, tree)
    } catch (error) {
      throw isUnreadable(error) ? new AttemptEnded('bad_check', `Its plan: ${error.message}`) : error
    }
  }
  /** What cannot be read is a failed result of the check that wrote it. */
  const readLeft = async (outputs: Outputs): Promise<OutputsRead> => {
    const { reports, results } = outputs
    if (reports.length === 0 && (results ?? '').length <= short) return readOutputs(outputs)
    try {
      return await call.readOutputs(outputs)
    } catch (error) {
      if (!isUnreadable(error)) throw error
      const note = `What the check reported: ${error.message}`
      return { results: [{ name: 'report', outcome: 'failed', note }], notes: [], installed: null }
    }
  }
  return { readPlan, readLeft, close }
}

/** Those of this process. */
export const { readPlan, readLeft } = openReaders(usual)

const isUnreadable = (error: unknown): error is AppError =>
  error instanceof AppError && (error.code === 'READ_TOO_SLOW' || error.code === 'READ_TOO_LARGE')
