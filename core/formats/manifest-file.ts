/** What stands where a format's file is due in a commit: read when it is a file that can be read, refused when it is not. */
import type { Fault } from '../check.ts'
import { limits } from './limits.ts'
import { manifestFile } from './manifest-name.ts'
import { readManifest, type NativeReading } from './native.ts'
import type { RepositoryContext } from './repository-context.ts'

/** What git has at a path. `bytes` only of a file of at most `limits.manifestBytes`, or the target of a link to metadata. */
export interface Entry {
  kind: 'file' | 'link' | 'folder' | 'submodule'
  size: number
  bytes: Uint8Array | null
}

/** What `entry`, found where checks.yaml is due, declares; null: nothing is there. `text` is what was read. */
export function readManifestFile(
  entry: Entry | null,
  context: RepositoryContext,
): NativeReading & { text: string | null } {
  const none = { checks: [], skipped: [], others: [] }
  if (!entry) return { ...none, faults: [], text: null }
  const { text, fault } = textOf(entry, manifestFile)
  if (fault) return { ...none, faults: [fault], text: null }
  return { ...readManifest(text, context), text }
}

type Text = { text: string; fault: null } | { text: null; fault: Fault }

/** The text of what was found at `file`, or why it cannot be read. */
export function textOf(entry: Entry, file: string): Text {
  const refuse = (message: string, mend: string, line = 1): Text => ({
    text: null,
    fault: { file, line, column: 1, message, mend },
  })
  if (entry.kind !== 'file') return refuse(`is a ${words[entry.kind]}`, 'commit a file of this name instead')
  if (entry.size > limits.manifestBytes || !entry.bytes)
    return refuse(
      `has ${entry.size} bytes, more than ${limits.manifestBytes}`,
      file === manifestFile
        ? 'move long scripts into files of their own and name them in run:'
        : 'move long commands into files of their own',
    )
  const text = decode(entry.bytes)
  return text === null
    ? refuse('is not text', 'save it as UTF-8', firstBadLine(entry.bytes))
    : { text, fault: null }
}

const words = { link: 'symbolic link', folder: 'folder', submodule: 'submodule' } as const

/** UTF-8 without NUL, or null. */
function decode(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

function firstBadLine(bytes: Uint8Array): number {
  let line = 1
  for (let start = 0; start <= bytes.length; line++) {
    const end = bytes.indexOf(10, start)
    const stop = end < 0 ? bytes.length : end
    if (decode(bytes.subarray(start, stop)) === null) return line
    if (end < 0) break
    start = end + 1
  }
  return 1
}
