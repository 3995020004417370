/** What this site can run, and what it cannot in words. */
import { machine } from 'node:os'
import { boundsOf, excess, fitted, sizeText, type CheckBounds } from '../../core/check-bounds.ts'
import type { Check } from '../../core/check.ts'
import { asksFor } from '../../core/formats/dep8-depends.ts'
import type { Services } from '../services.ts'
import type { Build } from '../store/builds.ts'
import type { Runner } from '../store/runners.ts'

/** A runner that is down for a day may come back: so long its architectures count. Milliseconds. */
const forgotten = 24 * 3_600_000

/** Unless the site's settings say otherwise: a build for five architectures may call for half as many. */
const waitingPerPackage = 5000

export interface Site {
  architectures: string[]
  internetAllowed: boolean
  /** The most that a check may ask for. */
  bounds: CheckBounds
  /** Executions of one package that may wait. */
  waitingPerPackage: number
  /** Of the largest machine that any runner can have; null: nobody has said so. */
  memoryMiB: number | null
}

export async function describeSite({
  stores,
  now,
  config,
  settings,
}: Pick<Services, 'stores' | 'now' | 'config' | 'settings'>): Promise<Site> {
  const time = Date.parse(now())
  const remembered = (await stores.runners.list()).filter(
    ({ seenAt }) => time - Date.parse(seenAt) < forgotten,
  )
  return {
    architectures: architecturesOf(remembered),
    internetAllowed: config.internetAllowed,
    bounds: boundsOf(settings),
    waitingPerPackage: settings.queue?.waitingPerPackage ?? waitingPerPackage,
    memoryMiB: largestOf(remembered),
  }
}

/** As the kernel names them; the server's own always counts. */
const architecturesOf = (runners: readonly Runner[]): string[] => [
  ...new Set([machine(), ...runners.flatMap(({ facts }) => facts.architectures)]),
]

/** A runner that does not say what its host has may have any. */
function largestOf(runners: readonly Runner[]): number | null {
  const amounts = runners.map(({ facts }) => facts.memoryMiB ?? Infinity)
  const largest = Math.max(0, ...amounts)
  return amounts.length > 0 && Number.isFinite(largest) ? largest : null
}

/** Why `check` cannot run here on `arch`; null when it can. */
export function refusal(site: Site, check: Check, arch: string): string | null {
  if (!site.architectures.includes(arch)) return `This site has no machines of architecture ${arch}.`
  if (check.network === 'internet' && !site.internetAllowed)
    return 'This site does not let checks use the internet: an admin can set ASSAY_INTERNET=yes.'
  const beyond = excess(fitted(check, site.bounds), site.bounds)
  if (beyond !== null) return `It asks for ${beyond}: push it again with less.`
  if (site.memoryMiB !== null && check.memoryMiB > site.memoryMiB)
    return `It asks for ${sizeText(check.memoryMiB)} of memory: the largest machine that a runner's host can have is of ${sizeText(site.memoryMiB)}.`
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
