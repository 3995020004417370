/** Whom qemu runs as: nobody in particular where we are root, and never longer than its runner lives. */
import { execFile } from 'node:child_process'
import { chown, stat } from 'node:fs/promises'
import { promisify } from 'node:util'

const nobody = 65_534

/** Words to put before qemu's own: it dies with its parent, and has no rights where we could give them up. */
export async function asNobody(readable: string, owned: readonly string[]): Promise<string[]> {
  const dying = ['setpriv', '--pdeathsig', 'KILL']
  if (process.getuid?.() !== 0) return dying
  const kvm = await stat('/dev/kvm').then(
    ({ gid }) => [`--groups=${gid}`],
    () => ['--clear-groups'],
  )
  const dropping = [
    ...dying,
    `--reuid=${nobody}`,
    `--regid=${nobody}`,
    ...kvm,
    '--no-new-privs',
    '--inh-caps=-all',
    '--bounding-set=-all',
  ]
  for (const path of owned) await chown(path, nobody, nobody)
  return (await canRead(dropping, readable)) ? dropping : dying
}

/** A data folder below /root, say, is closed to nobody: then qemu keeps our rights, and its sandbox must do. */
async function canRead([program = '', ...args]: readonly string[], path: string): Promise<boolean> {
  try {
    await promisify(execFile)(program, [...args, 'test', '-r', path])
    return true
  } catch {
    return false
  }
}
