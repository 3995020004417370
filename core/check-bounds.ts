/** What a check may ask its machine for at this site, and what becomes of one that asks for more. Pure. */
import type { Settings } from '../schemas/types.gen.ts'
import type { Check } from './check.ts'

/** The most that a check may have. */
export type CheckBounds = Pick<Check, 'memoryMiB' | 'cpus' | 'diskMiB' | 'timeoutSeconds'>

const defaults = { memoryMiB: 16 * 1024, cpus: 16, diskMiB: 200 * 1024, timeoutMinutes: 6 * 60 }

export function boundsOf({ checks }: Pick<Settings, 'checks'>): CheckBounds {
  const { memoryMiB, cpus, diskMiB, timeoutMinutes } = { ...defaults, ...checks }
  return { memoryMiB, cpus, diskMiB, timeoutSeconds: timeoutMinutes * 60 }
}

/** A size as people write it in checks.yaml. */
export const sizeText = (mebibytes: number): string =>
  mebibytes % 1024 === 0 ? `${mebibytes / 1024}G` : `${mebibytes}M`

/** A time as people write it in checks.yaml. */
export const timeText = (seconds: number): string =>
  seconds % 3600 === 0 ? `${seconds / 3600}h` : seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`

const words = {
  memoryMiB: (amount: number) => `${sizeText(amount)} of memory`,
  cpus: (amount: number) => `${amount} ${amount === 1 ? 'processor' : 'processors'}`,
  diskMiB: (amount: number) => `a disk of ${sizeText(amount)}`,
  timeoutSeconds: (amount: number) => `${timeText(amount)} of time`,
} as const

/** What the check asks for beyond the bounds, with the bound; null: nothing. */
export function excess(check: CheckBounds, bounds: CheckBounds): string | null {
  const beyond = (Object.keys(words) as (keyof CheckBounds)[])
    .filter((key) => check[key] > bounds[key])
    .map((key) => `${words[key](check[key])} (at most ${words[key](bounds[key])})`)
  return beyond.length === 0 ? null : beyond.join(' and ')
}

/** With no more time than there is, where nobody asked for it: other formats add up the times of their tests. */
export const fitted = <T extends Check>(check: T, { timeoutSeconds }: CheckBounds): T =>
  check.dep8 || check.tmt || check.sti
    ? { ...check, timeoutSeconds: Math.min(check.timeoutSeconds, timeoutSeconds) }
    : check
