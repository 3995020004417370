/** One event arrived by itself: it is stored, and whoever sent it is told what it led to. Safe to repeat. */
import type { Services } from '../services.ts'
import type { Build } from '../store/builds.ts'
import type { Execution } from '../store/executions.ts'
import type { BuildEvent } from './parse-event.ts'
import { receiveEvents } from './receive-events.ts'

export interface Received {
  build: Build
  executions: Execution[]
  /** Whether the event had been received before. */
  repeated: boolean
}

/** Stores `event` once, however often it comes, and answers with its build and executions. Throws UNKNOWN_PACKAGE. */
export async function receiveEvent(services: Services, event: BuildEvent): Promise<Received> {
  const { stores } = services
  const [received] = await receiveEvents(services, [event])
  if (!received) throw new TypeError('unreachable')
  const executions = await stores.executions.ofBuild(received.buildId)
  return {
    build: await stores.builds.get(received.buildId),
    executions: executions.filter(({ rerunOf }) => rerunOf === null),
    repeated: received.repeated,
  }
}
