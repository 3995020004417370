/** Which checks a build calls for: pure, so that the same build always leads to the same executions. */
import type { Check } from './check.ts'
import { fullName, isShared, kernelArch, parsePackage, type PackageName } from './names.ts'

/** A build as matching sees it. */
export interface MatchableBuild {
  id: string
  package: string
  release: string
  architectures: readonly string[]
}

/** A current registration: the checks of one branch of one repository at one commit. */
export interface MatchableRegistration {
  id: number
  repository: PackageName
  branch: string
  /** The repository's default branch: it serves releases that have no branch of their own. */
  isDefault: boolean
  commit: string
  checks: readonly Check[]
}

/** An execution to be: its key is the same however often the same build is matched. */
export interface Planned {
  key: string
  registrationId: number
  repository: string
  commit: string
  check: Check
  arch: string
  /** Set where it can never run here, with the reason. */
  skip: string | null
}

/**
 * The executions that `build` calls for.
 * `registrations`: those whose repository is the build's package or shared. `architectures`: what the site can run.
 */
export function plan(
  build: MatchableBuild,
  registrations: readonly MatchableRegistration[],
  architectures: readonly string[],
): Planned[] {
  return branchesFor(build.release, registrations).flatMap((registration) =>
    registration.checks
      .filter((check) => check.on === 'build' && concerns(check, registration.repository, build.package))
      .flatMap((check) => planCheck(build, registration, check, architectures)),
  )
}

/** Per repository the branch named like the release, else the default branch. */
function branchesFor(
  release: string,
  registrations: readonly MatchableRegistration[],
): MatchableRegistration[] {
  const chosen = new Map<string, MatchableRegistration>()
  for (const registration of registrations) {
    const repository = fullName(registration.repository)
    if (registration.branch === release || (registration.isDefault && !chosen.has(repository)))
      chosen.set(repository, registration)
  }
  return [...chosen.values()]
}

function concerns(check: Check, repository: PackageName, packageName: string): boolean {
  return isShared(repository.namespace)
    ? check.for.some((glob) => matchesGlob(packageName, glob))
    : fullName(repository) === packageName && check.for.includes(packageName)
}

function planCheck(
  build: MatchableBuild,
  registration: MatchableRegistration,
  check: Check,
  architectures: readonly string[],
): Planned[] {
  const wanted = build.architectures.map(kernelArch).filter((arch) => check.arch?.includes(arch) ?? true)
  // A check that names its architectures is told when the site lacks one; one that does not runs where it can.
  const runnable = check.arch ? wanted : wanted.filter((arch) => architectures.includes(arch))
  return [...new Set(runnable)].map((arch) => ({
    key: [build.id, fullName(registration.repository), check.name, registration.commit, arch].join('|'),
    registrationId: registration.id,
    repository: fullName(registration.repository),
    commit: registration.commit,
    check,
    arch,
    skip: architectures.includes(arch) ? null : `This site has no machines of architecture ${arch}.`,
  }))
}

/** `*` is any run of characters but the slash, `?` any one but the slash. Linear: no backtracking on hostile globs. */
export function matchesGlob(text: string, glob: string): boolean {
  const texts = parsePackage(text)
  const [namespace = '', name = ''] = glob.split('/')
  return matchesText(texts.namespace, namespace) && matchesText(texts.name, name)
}

/** The same for one word of any kind. */
export function matchesText(text: string, glob: string): boolean {
  let at = 0
  let pattern = 0
  let star = -1
  let resume = 0
  while (at < text.length) {
    const wanted = glob[pattern]
    if (wanted === '*') {
      star = pattern++
      resume = at
    } else if (wanted === '?' || wanted === text[at]) {
      pattern++
      at++
    } else if (star >= 0) {
      pattern = star + 1
      at = ++resume
    } else return false
  }
  return /^\**$/.test(glob.slice(pattern))
}
