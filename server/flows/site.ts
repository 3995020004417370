/** What this site can run, and what it cannot in words. */
import { machine } from 'node:os'
import type { Check } from '../../core/check.ts'
import { asksFor } from '../../core/formats/dep8-depends.ts'
import type { Services } from '../services.ts'
import type { Build } from '../store/builds.ts'
import type { Runner } from '../store/runners.ts'

/** A runner that is down for a day may come back: so long its architectures count. Milliseconds. */
const forgotten = 24 * 3_600_000

export interface Site {
  architectures: string[]
  internetAllowed: boolean
}

export async function describeSite({
  stores,
  now,
  config,
}: Pick<Services, 'stores' | 'now' | 'config'>): Promise<Site> {
  return {
    architectures: architecturesOf(await stores.runners.list(), now()),
    internetAllowed: config.internetAllowed,
  }
}

/** As the kernel names them; the server's own always counts. */
function architecturesOf(runners: readonly Runner[], now: string): string[] {
  const remembered = runners.filter(({ seenAt }) => Date.parse(now) - Date.parse(seenAt) < forgotten)
  return [...new Set([machine(), ...remembered.flatMap(({ facts }) => facts.architectures)])]
}

/** Why `check` cannot run here on `arch`; null when it can. */
export function refusal(site: Site, check: Check, arch: string): string | null {
  if (!site.architectures.includes(arch)) return `This site has no machines of architecture ${arch}.`
  if (check.network === 'internet' && !site.internetAllowed)
    return 'This site does not let checks use the internet: an admin can set ASSAY_INTERNET=yes.'
  return null
}

/** Why `check` cannot run on `build`: what it would test is not there. Null where it is. */
export function missing(
  { files, artifacts }: Pick<Build, 'files' | 'artifacts'>,
  { dep8 }: Check,
): string | null {
  if (files?.state === 'missing')
    return `The build's files were not found: ${files.note ?? 'nobody says why'}.`
  const needsSource = dep8?.source === true && asksFor(dep8.depends, '@builddeps@')
  return needsSource && !artifacts.some(({ name }) => name.endsWith('.dsc'))
    ? 'It needs to know what the source package is built with (@builddeps@): the build was announced without a .dsc, and the repository has no debian/control.'
    : null
}
