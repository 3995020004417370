/** Clears what machines of dead runners left. Their qemu died with them; folders and sockets did not. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

interface Owner {
  pid: number
  /** Start time of the process in clock ticks since boot: a pid alone may be somebody else's by now. */
  started: string
  sockets: string
}

/** A folder that is half made is nobody's; so long its maker has to put its name on it. */
const unnamedMs = 60_000

/** Makes the folder `path`, owned by this process from the first moment that others can see it. */
export async function claimFolder(path: string, sockets: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const made = await mkdtemp(join(dirname(path), '.new-'))
  const owner: Owner = { pid: process.pid, started: (await startTime(process.pid)) ?? '', sockets }
  await writeFile(join(made, 'owner'), JSON.stringify(owner))
  await chmod(made, 0o711)
  await rename(made, path)
}

/** Removes the folders of machines in `folder` whose runner is gone, and their sockets. Returns how many. */
export async function sweepMachines(
  folder: string,
  isMachine: (name: string) => boolean = () => true,
): Promise<number> {
  const names = (await readdir(folder).catch(() => [])).filter(isMachine)
  let removed = 0
  for (const name of names) {
    const path = join(folder, name)
    const owner = await readOwner(join(path, 'owner'))
    if (owner ? (await startTime(owner.pid)) === owner.started : await isYoung(path)) continue
    if (owner?.sockets) await rm(owner.sockets, { recursive: true, force: true })
    await rm(path, { recursive: true, force: true })
    removed++
  }
  return removed
}

async function isYoung(path: string): Promise<boolean> {
  const made = await stat(path).catch(() => null)
  return made !== null && Date.now() - made.mtimeMs < unnamedMs
}

async function readOwner(path: string): Promise<Owner | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner
  } catch {
    return null
  }
}

/** Field 22 of /proc/PID/stat; null when there is no such process, or one that is dead and not buried yet. */
async function startTime(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? []
  return fields[0] === 'Z' ? null : (fields[19] ?? null)
}
