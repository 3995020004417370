/** Where the site allows, a runner leaves the machine of a check that failed up for some minutes, for `assay enter`. */
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { verdict } from '../core/verdict.ts'
import type { Report } from '../schemas/types.gen.ts'
import { holdMachine, outliving } from './hold-machine.ts'
import type { Machine, OpenMachine } from './machine/machine.ts'

export interface HoldSettings {
  /** How long a machine is held. */
  seconds: number
  /** Folder of the machines of this host. */
  folder: string
  log: Logger
}

/** The machine of one attempt. */
export interface Holdable {
  open: OpenMachine
  /** Holds it where `report` says that its check failed, else throws it away; returns what to say about it. */
  settle: (report: Report) => Promise<string[]>
}

export interface HeldMachines {
  forAttempt: (open: OpenMachine) => Holdable
  /** Ends what is held. */
  close: () => Promise<void>
}

/** At most one is held at a time, whose memory comes on top of that of the machines that run: the first that fails. */
export function heldMachines({ seconds, folder, log }: HoldSettings): HeldMachines {
  const closing = new AbortController()
  let held: Promise<void> | null = null

  /** Resolves with the ID to enter it by, or null where it cannot be held. */
  const hold = (machine: Machine): Promise<string | null> =>
    new Promise((resolve) => {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(seconds * 1000)])
      held = holdMachine(machine, { folder, signal, ready: resolve })
        .catch((error: unknown) => log.warn({ err: error }, 'a machine could not be held'))
        .then(() => machine[Symbol.asyncDispose]())
        .finally(() => {
          held = null
          resolve(null)
        })
    })

  return {
    forAttempt(open) {
      const outlived = outliving(open)
      return {
        open: outlived.open,
        async settle(report) {
          const machine = outlived.machine()
          if (!machine) return []
          if (held || closing.signal.aborted || !machine.isUp() || !isFailure(report)) {
            await machine[Symbol.asyncDispose]()
            return []
          }
          const id = await hold(machine)
          return id === null ? [] : [wordsOn(id, seconds)]
        },
      }
    },
    async close() {
      closing.abort()
      await held
    },
  }
}

/** What a format makes of it (a flaky test that may fail) does not count: somebody may want to look all the same. */
const isFailure = ({ ending, results }: Report): boolean =>
  ending.phase === 'check' && ['failed', 'needs_inspection'].includes(verdict(ending, results).outcome)

const wordsOn = (id: string, seconds: number): string =>
  `Its machine stays up for ${Math.round(seconds / 60)} min on ${hostname().slice(0, 100)}: assay enter ${id}, there.`
