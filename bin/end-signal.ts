/** Programs that serve do so until somebody says that it is enough. */
import { once } from 'node:events'

/** Resolves with the first SIGINT or SIGTERM. */
export async function endSignal(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
}
