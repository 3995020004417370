/** Ends what a killed predecessor left running, and nothing else. */
import { readFile, readlink, realpath, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const patience = 5_000

/**
 * Ends the process whose pid is in `pidFile`, if it still works in `folder`: pids are used again, so a pid alone says
 * nothing. Removes the file.
 */
export async function stopStale(pidFile: string, folder: string): Promise<void> {
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).trim())
  if (Number.isInteger(pid) && pid > 1) {
    const isOurs = (): Promise<boolean> => worksIn(pid, folder)
    if (await isOurs()) {
      process.kill(pid, 'SIGTERM')
      if (!(await becomesFalse(isOurs))) process.kill(pid, 'SIGKILL')
      await becomesFalse(isOurs)
    }
  }
  await rm(pidFile, { force: true })
}

async function worksIn(pid: number, folder: string): Promise<boolean> {
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => null)
  return cwd !== null && cwd === (await realpath(folder))
}

async function becomesFalse(condition: () => Promise<boolean>): Promise<boolean> {
  const deadline = AbortSignal.timeout(patience)
  while (await condition()) {
    if (deadline.aborted) return false
    await sleep(20)
  }
  return true
}
