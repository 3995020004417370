/** Names of packages, branches and architectures: parsed once, trusted afterwards. */
import { AppError } from './errors.ts'

const packagePattern = /^([a-z0-9][a-z0-9._-]{0,63})\/([A-Za-z0-9][A-Za-z0-9+._-]{0,127})$/

/** A package's full name, `namespace/name`. */
export interface PackageName {
  namespace: string
  name: string
}

export const isPackageName = (text: string): boolean =>
  packagePattern.test(text) && !text.includes('..') && !text.endsWith('.git') && !text.endsWith('.lock')

/** Parses `namespace/name`; throws BAD_PACKAGE_NAME for anything else, `..` and `.git` endings included. */
export function parsePackage(text: string): PackageName {
  const match = packagePattern.exec(text)
  if (!match || !isPackageName(text))
    throw new AppError(
      'BAD_PACKAGE_NAME',
      400,
      `${JSON.stringify(text.slice(0, 200))} is not a package's name: write namespace/name, such as deb/hello.`,
    )
  return { namespace: match[1] ?? '', name: match[2] ?? '' }
}

export const fullName = ({ namespace, name }: PackageName): string => `${namespace}/${name}`

/** Whether a build's release can be called so: builds run what the branch of this name declares. */
export const isReleaseName = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)

/** Namespaces whose repositories may hold checks for many packages. */
export const isShared = (namespace: string): boolean => namespace === 'dist' || namespace.startsWith('dist-')

const aliases: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  i386: 'i686',
  armhf: 'armv7l',
  ppc64el: 'ppc64le',
}

/** An architecture as the kernel names it. */
export const kernelArch = (arch: string): string => aliases[arch] ?? arch

/** An architecture as Debian names it. */
export const debianArch = (arch: string): string =>
  Object.entries(aliases).find(([, kernel]) => kernel === arch)?.[0] ?? arch
