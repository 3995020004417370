/** The site's settings file (YAML): read once at start, refused whole with the line of every mistake. */
import { readFile } from 'node:fs/promises'
import type { Fault } from '../core/check.ts'
import { AppError } from '../core/errors.ts'
import { textOf } from '../core/formats/manifest-file.ts'
import { showFaults } from '../core/formats/show-faults.ts'
import { readSource } from '../core/formats/source.ts'
import type { Settings } from '../schemas/types.gen.ts'
import { validateSettings } from '../schemas/validate.ts'

/** What is written at `path`; nothing where there is no path. Throws BAD_SETTINGS naming every mistake. */
export async function readSettings(path: string | null): Promise<Settings> {
  if (path === null) return {}
  const bytes = await readFile(path).catch((error: unknown) => {
    throw refused(`It cannot be read: ${(error as Error).message}`)
  })
  const { text, fault } = textOf({ kind: 'file', size: bytes.length, bytes }, path)
  if (fault) throw refused(showFaults([fault], null))
  const source = readSource(text)
  const { value, problems } = validateSettings(source.data ?? {})
  const faults: Fault[] =
    source.faults.length > 0
      ? source.faults.map((wrong) => ({ file: path, ...wrong }))
      : problems.map(({ path: keys, message }) => ({ file: path, ...source.at(keys, 'key'), message }))
  if (value && faults.length === 0) return value
  throw refused(showFaults(faults, text))
}

const refused = (why: string): AppError =>
  new AppError('BAD_SETTINGS', 400, `The file that ASSAY_SETTINGS names is not valid.\n\n${why}`)
