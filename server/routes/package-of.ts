/** The package that an address names. */
import { NotFound } from '../../core/errors.ts'
import { parsePackage, type PackageName } from '../../core/names.ts'

/** Throws NOT_FOUND: what cannot be a name names no package. */
export function packageOf({ namespace, name }: PackageName): PackageName {
  const text = `${namespace}/${name}`
  try {
    return parsePackage(text)
  } catch {
    throw new NotFound('package', text.slice(0, 200))
  }
}
