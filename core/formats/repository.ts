/** Everything that a check repository declares, in whatever formats. Pure: read alike at home, at push and after. */
import type { Check, Fault, Reading } from '../check.ts'
import { readDep8 } from './dep8.ts'
import { limits } from './limits.ts'
import { readManifestFile, textOf, type Entry } from './manifest-file.ts'
import { dep8Files, manifestFile, sourceControlFile } from './manifest-name.ts'
import type { ManifestContext } from './native.ts'

/** What stands at those of `readFiles` where something does. */
export type Entries = ReadonlyMap<string, Entry>

export interface RepositoryReading extends Reading {
  /** Text of the files that were read, for quoting; what is no text is not here. */
  texts: ReadonlyMap<string, string>
  /** The files that declare checks. */
  files: readonly string[]
}

export const formatOf = ({ dep8 }: Pick<Check, 'dep8'>): string => (dep8 ? 'DEP-8' : 'checks.yaml')

/** Faults anywhere leave no checks. */
export function readRepository(entries: Entries, context: ManifestContext): RepositoryReading {
  const texts = new Map<string, string>()
  const { text, ...native } = readManifestFile(entries.get(manifestFile) ?? null, context)
  if (text !== null) texts.set(manifestFile, text)
  const control = dep8Files.find((file) => entries.has(file))
  const dep8 = control === undefined ? none : readControl(control, { entries, texts, context })
  const faults = [...native.faults, ...dep8.faults]
  const files = [manifestFile, control ?? ''].filter((file) => entries.has(file))
  if (faults.length > 0) return { checks: [], skipped: [], faults, texts, files }
  const taken = [...native.checks, ...native.skipped].map(({ name }) => name)
  const doubles = dep8.checks.filter(({ name }) => taken.includes(name))
  const checks = [...native.checks, ...dep8.checks.filter((check) => !doubles.includes(check))]
  const skipped = [
    ...native.skipped,
    ...dep8.skipped,
    ...doubles.map(({ name }) => ({ name, reason: `${manifestFile} declares a check of this name, too` })),
  ]
  if (checks.length <= limits.checks) return { checks, skipped, faults: [], texts, files }
  const message = `${checks.length} checks in one repository are too many`
  const fault: Fault = {
    file: control ?? manifestFile,
    line: 1,
    column: 1,
    message,
    mend: `declare at most ${limits.checks}`,
  }
  return { checks: [], skipped: [], faults: [fault], texts, files }
}

const none: Reading = { checks: [], faults: [], skipped: [] }

interface Around {
  entries: Entries
  texts: Map<string, string>
  context: ManifestContext
}

function readControl(file: string, { entries, texts, context: { repository } }: Around): Reading {
  const entry = entries.get(file)
  if (!entry) return none
  const { text, fault } = textOf(entry, file)
  if (fault) return { ...none, faults: [fault] }
  texts.set(file, text)
  const source = entries.get(sourceControlFile)
  const said = source ? textOf(source, sourceControlFile).text : null
  return readDep8(text, { file, repository, source: said })
}
