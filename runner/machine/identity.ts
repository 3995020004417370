/** Whom qemu runs as: a user of its own where we are root, with bounds, and never longer than its runner lives. */
import { randomInt } from 'node:crypto'
import { chown, stat } from 'node:fs/promises'
import { command, CommandFailed } from '../command.ts'
import { machineFiles } from './disks.ts'
import type { MachineSpec } from './machine.ts'

/** User numbers that no distribution and no container manager gives out (systemd's UIDS-GIDS). */
const users = { from: 1_900_000_000, count: 1 << 24 }

/** Dies with its parent. Setpriv sets this last: the kernel forgets it whenever a process changes its user. */
const mortal = ['setpriv', '--pdeathsig', 'KILL']

/**
 * Words to put before qemu's own: no rights where we could give them up, as a user that owns nothing but `owned`.
 * Where the image lies on another disk in a folder that is closed to others, qemu keeps our user; its sandbox must do.
 */
export async function identityWords(
  folder: string,
  owned: readonly string[],
  borrowed: readonly string[] = [machineFiles.base],
): Promise<string[]> {
  if (process.getuid?.() !== 0) return [...mortal, '--no-new-privs']
  const user = users.from + randomInt(users.count)
  const device = await stat('/dev/kvm').catch(() => null)
  const groups = device && device.gid !== 0 ? `--groups=${device.gid}` : '--clear-groups'
  const capabilities = ['--inh-caps=-all', '--bounding-set=-all']
  const words = [...mortal, `--reuid=${user}`, `--regid=${user}`, groups, '--no-new-privs', ...capabilities]
  for (const path of owned) await chown(path, user, user)
  try {
    const readable = borrowed.flatMap((file, index) => [...(index > 0 ? ['-a'] : []), '-r', file])
    await command('setpriv', [...words.slice(1), 'test', ...readable], { cwd: folder })
    return words
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    for (const path of owned) await chown(path, 0, 0)
    return [...mortal, '--no-new-privs', ...capabilities]
  }
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
