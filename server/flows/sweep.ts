/** Finishes what a crash or an outage interrupted: the same steps at the start, on a timer, and never two at once. */
import type { Services } from '../services.ts'
import { expireFiles } from './expire-files.ts'
import { loseSilentAttempts } from './lose-attempts.ts'
import { offerScheduled } from './offer.ts'
import { forgetDelivered } from './forget-delivered.ts'
import { registerMissedPushes } from './register-push.ts'
import { scheduleMissed } from './schedule-build.ts'
import { tellPeople } from './tell-people.ts'

/** Milliseconds between two sweeps. */
export const sweepInterval = 5_000

/** Does every step once; what fails in one is logged and keeps none of the others from happening. */
export async function sweep(services: Services, listeningSince: string): Promise<void> {
  const steps: Record<string, () => Promise<unknown>> = {
    'register missed pushes': () => registerMissedPushes(services),
    'schedule missed builds': () => scheduleMissed(services),
    'lose silent attempts': () => loseSilentAttempts(services, listeningSince),
    'offer scheduled executions': () => offerScheduled(services),
    'tell people what changed': () => tellPeople(services),
    'forget delivered messages': () => forgetDelivered(services),
    'forget sessions that have ended': () => services.stores.sessions.forgetExpired(services.now()),
    'clear crowded repositories': () => {
      services.room.begin()
      return Promise.resolve()
    },
    'let go of old files': () => expireFiles(services),
  }
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step()
    } catch (error) {
      services.log.error({ err: error, step: name }, 'a step of the sweep failed and will be tried again')
    }
  }
}

/** Sweeps now and every few seconds until closed; close() waits for a sweep that is under way. */
export function startSweeping(services: Services): { close: () => Promise<void> } {
  const listeningSince = services.now()
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let sweeping = Promise.resolve()
  const run = (): void => {
    sweeping = sweep(services, listeningSince).then(() => {
      if (!closed) timer = setTimeout(run, sweepInterval)
    })
  }
  run()
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await sweeping
    },
  }
}
