/** Whom qemu runs as: a user of its own where we are root, with bounds, and never longer than its runner lives. */
import { randomInt } from 'node:crypto'
import { chown, readFile, stat } from 'node:fs/promises'
import { command } from '../command.ts'
import type { MachineSpec } from './machine.ts'

/** User numbers that no distribution and no container manager gives out (systemd's UIDS-GIDS). */
const users = { from: 1_900_000_000, count: 1 << 24 }
/** As few do in a container that has no such numbers: those above systemd's own, below nobody. */
const usersOfContainer = { from: 62_000, count: 3_500 }

/** Dies with its parent. Setpriv sets this last: the kernel forgets it whenever a process changes its user. */
const mortal = ['setpriv', '--pdeathsig', 'KILL']

/**
 * Words to put before qemu's own: no rights where we could give them up, as a user that owns nothing but `owned`.
 * There is no other way: where this host lets us give up nothing, qemu does not start.
 */
export async function identityWords(owned: readonly string[]): Promise<string[]> {
  if (process.getuid?.() !== 0) return [...mortal, '--no-new-privs']
  const user = await someUser()
  for (const path of owned) await chown(path, user, user)
  const device = await stat('/dev/kvm').catch(() => null)
  const groups = device && device.gid !== 0 ? `--groups=${device.gid}` : '--clear-groups'
  return [...mortal, ...asUser(user, groups)]
}

const asUser = (user: number, groups: string): string[] => [
  ...[`--reuid=${user}`, `--regid=${user}`, groups],
  ...['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'],
]

/** Why qemu cannot be started as a user of its own on this host; null where it can. */
export async function whyNoIdentity(): Promise<string | null> {
  if (process.getuid?.() !== 0) return null
  try {
    await command('setpriv', [...asUser(await someUser(), '--clear-groups'), 'true'])
    return null
  } catch (error) {
    return (error as Error).message
  }
}

async function someUser(): Promise<number> {
  const range = rangeOf(await readFile('/proc/self/uid_map', 'utf8'))
  if (!range)
    throw new Error('Root has no other users here that qemu could run as: its user namespace holds too few.')
  return range.from + randomInt(range.count)
}

/** Which users a machine's is taken from, by what /proc/self/uid_map says: not all exist in a container. */
export function rangeOf(uidMap: string): { from: number; count: number } | null {
  const mapped = uidMap
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/).map(Number))
  const holds = ({ from, count }: typeof users): boolean =>
    mapped.some(([first = 0, , length = 0]) => first <= from && from + count <= first + length)
  return [users, usersOfContainer].find(holds) ?? null
}

/**
 * Words that bound what qemu may take, whatever becomes of it. Generous: the machine's own limits are watched by the
 * runner and lead to proper endings; these catch a qemu that was taken over.
 */
export function boundWords({ memoryMiB, diskMiB }: MachineSpec): string[] {
  const mebi = 1 << 20
  return [
    'prlimit',
    '--core=0',
    `--as=${(memoryMiB + 4096) * mebi}`,
    `--fsize=${Math.max(2 * diskMiB, 4096) * mebi}`,
    '--nproc=256',
    '--nofile=1024',
  ]
}
