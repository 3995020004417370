/** A newer version came: what still waits of an older one need not run any more. */
import { Conflict } from '../../core/errors.ts'
import { parsePackage } from '../../core/names.ts'
import { compareVersions } from '../../core/versions.ts'
import type { Build } from '../store/builds.ts'
import type { Stores } from '../store/stores.ts'
import { announce } from './announce.ts'

/**
 * Cancels what waits of older versions of the same package, release and architectures. What somebody asked for, and what
 * a runner takes in the same moment, goes on. Run it in the transaction that makes the newer build's executions.
 */
export async function supersede(
  inside: Pick<Stores, 'executions' | 'builds' | 'outbox'>,
  newer: Build,
  now: string,
): Promise<void> {
  const rules = parsePackage(newer.package).namespace === 'deb' ? 'deb' : 'rpm'
  const verdict = {
    outcome: 'cancelled' as const,
    reason: 'superseded',
    concerns: null,
    note: `Version ${newer.version} came before this had begun.`,
  }
  for (const execution of await inside.executions.waitingFor(newer.packageId, newer.release)) {
    // A build of a project on Copr never takes the place of the distribution's own.
    if (execution.subject?.type !== newer.subject?.type) continue
    if (!newer.architectures.includes(execution.arch)) continue
    if (compareVersions(execution.version, newer.version, rules) >= 0) continue
    try {
      await inside.executions.advance(execution, 'cancel', { verdict, finishedAt: now })
    } catch (error) {
      if (error instanceof Conflict) continue
      throw error
    }
    await announce(inside, execution.id, 'finished', now)
  }
}
