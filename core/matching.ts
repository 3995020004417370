/** Which checks a build calls for: pure, so that the same build always leads to the same executions. */
import type { Check } from './check.ts'
import { answers, type Attributes } from './event-filter.ts'
import { matchesGlob } from './globs.ts'
import { fullName, isShared, kernelArch, type PackageName } from './names.ts'

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

/** An event that is no build, for which checks run on a build that has long been there. */
export interface Trigger {
  /** By which it differs from all others here. */
  id: number
  attributes: Attributes
}

/**
 * The executions that `build` calls for; with a `trigger`, those that it calls for on this build.
 * `registrations`: those whose repository is the build's package or shared. `architectures`: what the site can run.
 */
export function plan(
  build: MatchableBuild,
  registrations: readonly MatchableRegistration[],
  architectures: readonly string[],
  trigger?: Trigger,
): Planned[] {
  const isCalled = ({ on }: Check, repository: PackageName): boolean =>
    on === 'build' ? !trigger : trigger !== undefined && answers(on, trigger.attributes, repository)
  return branchesFor(build.release, registrations).flatMap((registration) =>
    registration.checks
      .filter((check) => isCalled(check, registration.repository))
      .filter((check) => concerns(check, registration.repository, build.package))
      .flatMap((check) => planCheck(build, registration, check, architectures))
      .map((planned) => (trigger ? { ...planned, key: `${planned.key}|event-${trigger.id}` } : planned)),
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
