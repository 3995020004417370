/** Clears what machines of dead runners left. Their qemu died with them; folders and sockets did not. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Owner {
  pid: number
  /** Start time of the process in clock ticks since boot: a pid alone may be somebody else's by now. */
  started: string
  sockets: string
}

/** Marks a machine's folder as ours. */
export async function claimFolder(folder: string, sockets: string): Promise<void> {
  const owner: Owner = { pid: process.pid, started: (await startTime(process.pid)) ?? '', sockets }
  await writeFile(join(folder, 'owner'), JSON.stringify(owner))
}

/** Removes the folders of machines in `folder` whose runner is gone, and their sockets. Returns how many. */
export async function sweepMachines(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => [])
  let removed = 0
  for (const name of names) {
    const owner = await readOwner(join(folder, name, 'owner'))
    if (owner && (await startTime(owner.pid)) === owner.started) continue
    if (owner?.sockets) await rm(owner.sockets, { recursive: true, force: true })
    await rm(join(folder, name), { recursive: true, force: true })
    removed++
  }
  return removed
}

async function readOwner(path: string): Promise<Owner | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner
  } catch {
    return null
  }
}

/** Field 22 of /proc/PID/stat; null when there is no such process. */
async function startTime(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null
}
