/** The attempts that this runner has taken: each run once, told to the server, and given up when the runner ends. */
import type { Logger } from 'pino'
import type { ArtifactHosts } from './artifact-hosts.ts'
import { handedBack } from './ending.ts'
import type { EnsureImage } from './ensure-image.ts'
import { execute } from './execute.ts'
import { besideOf, fetchArtifacts } from './fetch-artifacts.ts'
import type { HeldMachines } from './hold-failed.ts'
import type { OpenMachine } from './machine/machine.ts'
import { serverAttempt, type ServerAttempt } from './server-attempt.ts'
import type { ServerClient } from './server-client.ts'
import type { Claim } from '../schemas/types.gen.ts'

export interface AttemptPorts {
  client: ServerClient
  claimant: Claim
  open: OpenMachine
  /** null: no machine outlives its attempt. */
  held: HeldMachines | null
  image: EnsureImage
  /** Where builds' files are fetched from. */
  hosts: ArtifactHosts
  /** The server's address: what was uploaded to it comes from there. */
  server: string
  /** Folder of what attempts need on the way. */
  folder: string
  log: Logger
}

export interface Attempts {
  /** Claims the execution and runs it to its end; does nothing when it is not ours to run. */
  run: (execution: string) => Promise<void>
  count: () => number
  /** Hands back what has not reached its check's first instruction, or `all`. Nothing new is begun afterwards. */
  handBack: (which: 'unbegun' | 'all') => void
  /** Resolves when none is left. */
  idle: () => Promise<void>
}

/** Milliseconds that it may take to hand an execution back; notes of a report. */
const limits = { lastWordsMs: 30_000, notes: 100 }

interface Live {
  stop: AbortController
  /** Whether its check's first instruction was reached. */
  begun: boolean
  attempt: ServerAttempt | null
  done: Promise<void>
}

export function attempts(ports: AttemptPorts): Attempts {
  const live = new Map<string, Live>()
  let ending = false
  const run = async (execution: string, self: Live): Promise<void> => {
    const { client, claimant, log, image, folder, hosts, server } = ports
    const job = await client.claim(execution, claimant)
    if (!job) return
    const about = { execution, attempt: job.attempt }
    log.info({ ...about, check: job.check.name, package: job.build.package }, 'begun')
    await using attempt = serverAttempt(client, job, log)
    self.attempt = attempt
    const signal = AbortSignal.any([self.stop.signal, attempt.signal])
    const holdable = ports.held?.forAttempt(ports.open)
    const told = await execute(
      job,
      {
        folder,
        open: holdable?.open ?? ports.open,
        image,
        tree: attempt.tree,
        artifacts: (into, until) =>
          fetchArtifacts(job.build.artifacts, into, { ...{ hosts, server }, signal: until }),
        beside: besideOf(job.build.artifacts, hosts),
        keep: attempt.keep,
        log: attempt.log,
        step(step, machine) {
          self.begun ||= step === 'running'
          attempt.step(step, machine)
        },
      },
      signal,
    )
    const notes = [...((await holdable?.settle(told)) ?? []), ...told.notes].slice(0, limits.notes)
    const report = { ...told, notes }
    if (attempt.signal.aborted) log.info(about, 'cancelled, or taken over: left')
    else await attempt.report(report)
    log.info({ ...about, ...report.ending }, 'ended')
  }
  return {
    async run(execution) {
      // The queue may bring the same twice: it is in good hands.
      if (ending || live.has(execution)) return
      const self: Live = { stop: new AbortController(), begun: false, attempt: null, done: Promise.resolve() }
      self.done = run(execution, self).finally(() => live.delete(execution))
      live.set(execution, self)
      await self.done
    },
    count: () => live.size,
    handBack(which) {
      ending = true
      for (const one of live.values()) {
        if (which === 'unbegun' && one.begun) continue
        one.stop.abort(handedBack())
        // A server that is away would be waited for; it gives up what it does not hear of by itself.
        setTimeout(() => one.attempt?.abandon(), limits.lastWordsMs).unref()
      }
    },
    async idle() {
      while (live.size > 0) await Promise.allSettled([...live.values()].map(({ done }) => done))
    },
  }
}
