/** What runs on this host. */
import { readdir, readFile } from 'node:fs/promises'

/** The words of every process, each behind a NUL. */
export async function commandLines(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
}
