/** Events that are no builds, and the checks that ask for them: filters of CloudEvents attributes. */
import { matchesText } from './globs.ts'
import { fullName, isPackageName, isShared, type PackageName } from './names.ts'

/** Attributes of a CloudEvent that are text, extensions included: type, source, subject and whatever else it carries. */
export type Attributes = Readonly<Record<string, string>>

/**
 * Whether a check of `repository` that asks for `filter` hears an event with these attributes. Each value is matched as a
 * whole; `*` is any run of characters, `?` any one. An event about one package (its subject is namespace/name) is heard by
 * the checks of that package and by shared ones; by others only where their filter says what subject they want.
 */
export function answers(filter: Attributes, attributes: Attributes, repository: PackageName): boolean {
  const fits = Object.entries(filter).every(
    ([name, glob]) => Object.hasOwn(attributes, name) && matchesText(attributes[name] ?? '', glob),
  )
  if (!fits) return false
  const about = packageNamed(attributes)
  if (isShared(repository.namespace)) return about !== null
  return about === null || about === fullName(repository) || filter['subject'] !== undefined
}

/** The package that an event is about; null: none, or nobody says. */
export const packageNamed = ({ subject }: Attributes): string | null =>
  subject !== undefined && isPackageName(subject) ? subject : null
