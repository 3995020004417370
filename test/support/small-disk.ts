/** A disk of a given size, to be filled: a file system in memory, which takes root to mount. */
import { rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../../runner/command.ts'
import { temporaryFolder } from './folder.ts'

export interface SmallDisk extends AsyncDisposable {
  path: string
  /** Takes all of it but so many bytes. */
  fill: (left: number) => Promise<void>
  /** Gives back what was taken. */
  empty: () => Promise<void>
}

export async function openSmallDisk(sizeMiB: number): Promise<SmallDisk> {
  const folder = await temporaryFolder()
  const { path } = folder
  await command('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'assay-test', path])
  const ballast = join(path, 'ballast')
  return {
    path,
    async fill(left) {
      const { bavail, bsize } = await statfs(path)
      await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - left)))
    },
    empty: () => rm(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      await command('umount', [path])
      await folder[Symbol.asyncDispose]()
    },
  }
}
