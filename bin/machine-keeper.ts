/** `assay run --keep`: the machine of a check that failed stays up until Ctrl-C, for `assay enter`. */
import type { Verdict } from '../core/verdict.ts'
import { holdMachine } from '../runner/hold-machine.ts'
import type { Machine } from '../runner/machine/machine.ts'
import { machinesFolder } from '../runner/machine/machines.ts'
import type { Report } from '../schemas/types.gen.ts'
import { say } from './output.ts'

export type MachineKeeper = ReturnType<typeof machineKeeper>

/** `signal` ends the machine that is kept. */
export function machineKeeper(data: string, signal: AbortSignal) {
  let kept = false
  return {
    hasKept: () => kept,
    /** What to do with the machine of this check once it has ended. */
    forCheck:
      (check: string, judge: (report: Report) => Verdict) =>
      async (machine: Machine, report: Report): Promise<void> => {
        const { outcome } = judge(report)
        if (['passed', 'info', 'skipped'].includes(outcome) || signal.aborted) return
        if (!machine.isUp()) {
          say(`== the machine of ${check} is gone (${report.ending.how}): there is nothing to keep`)
          return
        }
        kept = true
        const ready = (id: string): void => {
          say(`== ${check} ${outcome}: its machine is kept up`)
          say(`== enter it from another terminal: assay enter ${id}`)
          say('== end it: Ctrl-C here')
        }
        await holdMachine(machine, { folder: machinesFolder(data), signal, ready })
      },
  }
}
