/** Watches a Debian archive: looks at each of its suites now and again, until it is closed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { secondsOf } from '../../../core/formats/units.ts'
import type { ArchiveListener } from '../../../schemas/types.gen.ts'
import type { Services } from '../../services.ts'
import type { Listener } from '../listener.ts'
import { repeatedly } from '../repeatedly.ts'
import { lookAtSuite } from './look.ts'

const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

export function watchArchive(services: Services, archive: ArchiveListener): Listener {
  const interval = secondsOf(archive.every ?? '10m') * 1000
  return repeatedly(interval, (signal) => lookAtArchive(services, archive, signal))
}

/** Looks at every suite; what is wrong with one of them is said and keeps none of the others from being looked at. */
export async function lookAtArchive(
  services: Services,
  archive: ArchiveListener,
  signal: AbortSignal,
): Promise<void> {
  const { log, now, stores } = services
  const troubles: string[] = []
  const folder = await mkdtemp(join(tmpdir(), 'assay-archive-'))
  try {
    for (const [name, release] of Object.entries(archive.suites)) {
      const where = { folder, signal, keyring: archive.keyring ?? debianKeyring, now: Date.parse(now()) }
      try {
        await lookAtSuite(services, { archive, name, release }, where)
      } catch (error) {
        if (signal.aborted) return
        log.warn({ err: error, listener: archive.name, suite: name }, 'a suite cannot be looked at')
        troubles.push(`${name}: ${(error as Error).message}`)
      }
    }
    await stores.listeners.setTrouble(archive.name, troubles.join('\n') || null, now())
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
