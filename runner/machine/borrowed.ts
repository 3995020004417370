/** Files of images and templates that a machine's qemu reads, wherever they lie: its user could not pass all folders. */
import { open, readdir, readlink, rename, stat, symlink, type FileHandle } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { machineFiles } from './disks.ts'

const borrowed: readonly string[] = [
  machineFiles.base,
  machineFiles.template,
  machineFiles.kernel,
  machineFiles.initrd,
]

export interface Lent extends AsyncDisposable {
  /** For qemu to inherit, in this order, the first as the number that was asked for. */
  files: FileHandle[]
}

/**
 * Opens what the machine's folder only links to, because it lies on another file system. Until it is disposed, which
 * qemu's start must come before, the links lead to the open files, so that no way there has to be passed. Throws where
 * a file may be read by nobody but us.
 */
export async function lend(folder: string, firstNumber: number): Promise<Lent> {
  const files: FileHandle[] = []
  const links: { path: string; target: string }[] = []
  const close = async (): Promise<void> => {
    for (const { path, target } of links) await pointTo(path, target)
    for (const file of files) await file.close()
  }
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!borrowed.includes(entry.name)) continue
      const path = join(folder, entry.name)
      await requireReadable(path)
      if (!entry.isSymbolicLink()) continue
      const target = await readlink(path)
      files.push(await open(target, 'r'))
      links.push({ path, target })
      await pointTo(path, `/proc/self/fd/${firstNumber + files.length - 1}`)
    }
  } catch (error) {
    await close()
    throw error
  }
  return { files, [Symbol.asyncDispose]: close }
}

async function pointTo(path: string, target: string): Promise<void> {
  await symlink(target, `${path}.new`)
  await rename(`${path}.new`, path)
}

async function requireReadable(path: string): Promise<void> {
  if (await isReadable(path)) return
  throw new Error(
    `qemu runs as a user of its own, which may not read the ${basename(path)} of this machine: chmod a+r the files of its image.`,
  )
}

/** Where we are root, qemu is none of those that a file's owner and group let in. */
export const isReadable = async (path: string): Promise<boolean> =>
  process.getuid?.() !== 0 || ((await stat(path)).mode & 0o004) !== 0
