/** Which release a build is for, from what its build system says. */
import { matchesText } from '../globs.ts'

/**
 * By the site's own table of `targets` (glob to release) where one fits, else by `fallback`, else null.
 * `names`: whatever the build system calls what it was built for, the most telling first.
 */
export function releaseOf(
  names: readonly string[],
  targets: Readonly<Record<string, string>>,
  fallback: (name: string) => string | null,
): string | null {
  for (const [glob, release] of Object.entries(targets))
    if (names.some((name) => matchesText(name, glob))) return release
  for (const name of names) {
    const release = fallback(name)
    if (release !== null) return release
  }
  return null
}

/** `rawhide` and `eln` as targets, `1.fc41` and `2.el9_5` as releases of packages. */
export function fedoraRelease(name: string): string | null {
  if (name === 'rawhide' || name === 'eln') return name
  const [, branched] = /^f(\d{1,3})(?:-|$)/.exec(name) ?? []
  if (branched !== undefined) return `f${branched}`
  const [, kind, number] = /\.(fc|el)(\d{1,3})(?:[._]|$)/.exec(name) ?? []
  return number === undefined ? null : `${kind === 'fc' ? 'f' : 'el'}${number}`
}
