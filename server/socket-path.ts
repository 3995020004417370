/** Addresses of unix sockets: the kernel keeps them in 108 bytes, the last of them zero. */
import { createHash } from 'node:crypto'
import { lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'

const limit = 107

export const fitsSocket = (path: string): boolean => Buffer.byteLength(path) <= limit

/** `folder/name`, or the same name in a private short folder that depends only on `folder`. */
export async function shortSocketPath(folder: string, name: string): Promise<string> {
  const path = join(folder, name)
  if (fitsSocket(path)) return path
  const short = join(tmpdir(), `assay-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`)
  await mkdir(short, { mode: 0o700, recursive: true })
  const { uid, mode } = await lstat(short)
  // Everybody may write in the temporary folder: somebody else's folder of this name must not be trusted.
  if (uid !== process.geteuid?.() || (mode & 0o077) !== 0)
    throw new AppError(
      'SOCKET_FOLDER_UNSAFE',
      500,
      `${short} belongs to somebody else: remove it, or set ASSAY_DATA to a shorter path.`,
    )
  return join(short, name)
}
