/** What stands where checks.yaml is due in a commit: read when it is a file that can be read, refused when it is not. */
import type { Fault, Reading } from '../check.ts'
import { limits } from './limits.ts'
import { manifestFile, readManifest, type ManifestContext } from './native.ts'

/** What git has at a path. `bytes` only of a file of at most `limits.manifestBytes`. */
export interface Entry {
  kind: 'file' | 'link' | 'folder' | 'submodule'
  size: number
  bytes: Uint8Array | null
}

/** What `entry`, found where checks.yaml is due, declares; null: nothing is there. `text` is what was read. */
export function readManifestFile(
  entry: Entry | null,
  context: ManifestContext,
): Reading & { text: string | null } {
  if (!entry) return { checks: [], faults: [], skipped: [], text: null }
  if (entry.kind !== 'file') return refuse(`is a ${words[entry.kind]}`, 'commit a file of this name instead')
  if (entry.size > limits.manifestBytes || !entry.bytes)
    return refuse(
      `has ${entry.size} bytes, more than ${limits.manifestBytes}`,
      'move long scripts into files of their own and name them in run:',
    )
  const text = decode(entry.bytes)
  if (text === null) return refuse('is not text', 'save it as UTF-8', firstBadLine(entry.bytes))
  return { ...readManifest(text, context), text }
}

const words = { link: 'symbolic link', folder: 'folder', submodule: 'submodule' } as const

function refuse(message: string, mend: string, line = 1): Reading & { text: null } {
  const fault: Fault = { file: manifestFile, line, column: 1, message, mend }
  return { checks: [], faults: [fault], skipped: [], text: null }
}

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
