/** Paths of artifacts: named by hostile machines, so parsed before they touch the file system. */
import { AppError } from '../core/errors.ts'

const limits = { path: 1024, part: 255 }

/** `text`, when it is a relative path of plain parts; throws BAD_ARTIFACT_PATH otherwise. */
export function parseArtifactPath(text: string): string {
  const good =
    Buffer.byteLength(text) <= limits.path && !/\p{Cc}/u.test(text) && text.split('/').every(isPlainPart)
  if (good) return text
  throw new AppError(
    'BAD_ARTIFACT_PATH',
    400,
    `${JSON.stringify(text.slice(0, 200))} cannot be an artifact's path: use a relative path without ".." and control characters, of at most ${limits.path} bytes.`,
  )
}

const isPlainPart = (part: string): boolean =>
  part !== '' && part !== '.' && part !== '..' && Buffer.byteLength(part) <= limits.part
