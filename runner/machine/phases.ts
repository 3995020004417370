/** What a machine is told once it is up: run a phase, hand over what it left. Everything that it says is bounded. */
import { setTimeout as delay } from 'node:timers/promises'
import type { AgentMessage } from '../../schemas/types.gen.ts'
import type { Begin } from './begin.ts'
import { withFacts } from './deaths.ts'
import type { Life } from './life.ts'
import type { CollectLimits, Phase, PhaseEnd, RunOptions } from './machine.ts'

/** After a time limit, so long may the agent take to stop the check and to hand over what it left. */
const graceMs = 20_000
const collectMs = 120_000

/** Runs a phase to its end. A check that asked for a reboot is started again in the machine that comes back. */
export async function runPhase(
  life: Life,
  begin: Begin,
  phase: Phase,
  options: RunOptions,
): Promise<PhaseEnd> {
  const deadline = AbortSignal.timeout(options.timeoutMs)
  const stop = AbortSignal.any([deadline, options.signal])
  const before = life.logged()
  const facts = life.console.facts().length
  let left = options.logLimit
  life.onLog((chunk) => {
    if (left <= 0) return
    options.onOutput(chunk.subarray(0, left))
    left -= chunk.length
    if (left <= 0) life.die({ how: 'log_limit', detail: `More than ${options.logLimit} bytes of output.` })
  })
  try {
    for (let mark = ''; ;) {
      life.tell(mark === '' ? `run ${phase}` : `run ${phase} ${mark}`)
      const message = await life.hear(
        (said) => said.say === 'reboot' || (said.say === 'exited' && said.phase === phase),
        stop,
      )
      if (message?.say === 'exited') {
        await complete(life, () => life.logged() >= before + message.bytes)
        return withFacts({ how: 'exited', exitCode: message.code }, life.console, facts)
      }
      if (message?.say !== 'reboot') return dead(life)
      mark = message.mark || 'reboot'
      life.expectReset()
      if (!(await life.hear(({ say }) => say === 'ready', stop)) || !(await begin(stop))) return dead(life)
    }
  } catch {
    if (options.signal.aborted) return { how: 'cancelled' }
    life.tell('stop')
    await life.hear(({ say }) => say === 'exited', AbortSignal.timeout(graceMs)).catch(() => null)
    const detail = `Stopped after its time limit of ${options.timeoutMs / 1000} seconds.`
    return withFacts({ how: 'timeout', detail }, life.console, facts)
  } finally {
    life.onLog(() => undefined)
  }
}

const dead = (life: Life): PhaseEnd => life.death() ?? { how: 'machine_error' }

/** The word of an end and the output before it travel over two ports: waits for the last byte, but not for ever. */
export async function complete(life: Life, isHere: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !isHere() && !life.death(); tries++) await delay(5)
}

/** Resolves with how many files the machine says it left out. */
export async function askForOutput(life: Life, limits: CollectLimits): Promise<number> {
  if (life.death()) return 0
  life.tell(`collect ${limits.totalBytes} ${limits.files}`)
  const isDone = ({ say }: AgentMessage): boolean => say === 'collected'
  const message = await life.hear(isDone, AbortSignal.timeout(collectMs)).catch(() => null)
  return message?.say === 'collected' ? message.dropped : 0
}

export const leftOut = (dropped: number): string =>
  `${dropped} of the files in $ASSAY_ARTIFACTS were left out in the machine: links, devices, names too long, or more than is kept.`
