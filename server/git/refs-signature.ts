/** A cheap answer to "did any branch move?": when the files and folders that hold branches were last written. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A clock that ticks slowly could give two changes one time: what is younger than this is not trusted. Milliseconds. */
const tooYoung = 2_000

/** Changes whenever a branch of the bare repository at `gitdir` does; null: it changed just now, look at the branches. */
export async function refsSignature(gitdir: string): Promise<string | null> {
  const heads = join(gitdir, 'refs', 'heads')
  const folders = (await readdir(heads, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
  const times = await Promise.all(
    [heads, ...folders, join(gitdir, 'packed-refs'), join(gitdir, 'HEAD')].map(changedAt),
  )
  if (times.some((time) => time > Date.now() - tooYoung)) return null
  return times.join()
}

/** Milliseconds; 0 for what is not there. A branch moves by a rename, which its folder's time tells. */
const changedAt = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
