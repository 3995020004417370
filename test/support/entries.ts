/** Files as readers of formats get them, from their text. */
import type { Entry } from '../../core/formats/manifest-file.ts'

/** By path; what is no text stands as it is. */
export const entriesOf = (files: Record<string, string | Entry>): Map<string, Entry> =>
  new Map(
    Object.entries(files).map(([path, one]) => [
      path,
      typeof one === 'string' ? { kind: 'file', size: one.length, bytes: Buffer.from(one) } : one,
    ]),
  )

/** The same as a tree of tmt. */
export const tmtEntries = (files: Record<string, string | Entry>): Map<string, Entry> =>
  entriesOf({ '.fmf/version': '1\n', ...files })
