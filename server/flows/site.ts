/** What this site can run, and what it cannot in words. */
import { machine } from 'node:os'
import type { Check } from '../../core/check.ts'
import { siteArchitectures } from '../runner-life.ts'
import type { Services } from '../services.ts'

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
    architectures: siteArchitectures(await stores.runners.list(), now(), machine()),
    internetAllowed: config.internetAllowed,
  }
}

/** Why `check` cannot run here on `arch`; null when it can. */
export function refusal(site: Site, check: Check, arch: string): string | null {
  if (!site.architectures.includes(arch)) return `This site has no machines of architecture ${arch}.`
  if (check.network === 'internet' && !site.internetAllowed)
    return 'This site does not let checks use the internet: an admin can set ASSAY_INTERNET=yes.'
  return null
}
