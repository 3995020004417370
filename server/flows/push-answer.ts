/** What a pusher reads after a push: what is registered now, and when it will run. Pure. */
import type { Check } from '../../core/check.ts'
import { formatOf } from '../../core/formats/repository.ts'
import { printable } from '../../core/formats/show-faults.ts'
import { fullName, isReleaseName, isShared, type PackageName } from '../../core/names.ts'
import type { RefUpdate } from '../../schemas/types.gen.ts'
import type { Services } from '../services.ts'
import type { Registered } from './register-push.ts'

type Current = Registered['current'][number]

/** More are counted, not shown. */
const most = { branches: 20, checks: 50 }
const prefix = 'refs/heads/'

/** Lines about the branches that `updates` moved, ended by the address of the package's page. */
export function pushAnswer(
  { baseUrl }: Pick<Services, 'baseUrl'>,
  name: PackageName,
  { current, lacking }: Registered,
  updates: readonly RefUpdate[],
): string {
  const pushed = updates.flatMap(({ ref }) => (ref.startsWith(prefix) ? [ref.slice(prefix.length)] : []))
  if (pushed.length === 0) return ''
  const blocks = pushed.slice(0, most.branches).map((branch) => {
    const found = current.find((one) => one.branch === branch)
    return found ? aboutBranch(found, name) : [`${printable(branch)}: gone, nothing runs from it any more`]
  })
  return [
    `success: Registered for ${fullName(name)}:`,
    ...blocks.flat().map((line) => `  ${line}`),
    ...andMore(pushed.length - most.branches, 'branches', '  '),
    ...lacking.map((why) => `  warning: missing for now, and tried again: ${printable(why)}`),
    `See ${baseUrl()}/packages/${fullName(name)}`,
    '',
  ].join('\n')
}

function aboutBranch({ branch, commit, checks, isDefault }: Current, name: PackageName): string[] {
  const title = `${printable(branch)} at ${commit.slice(0, 10)}`
  if (checks.length === 0) return [`${title}: no checks`]
  const width = Math.max(...checks.slice(0, most.checks).map((check) => check.name.length))
  return [
    `${title}: ${countsOf(checks)}, ${whenOf(branch, isDefault, name)}`,
    ...checks
      .slice(0, most.checks)
      .map((check) => `  ${check.name.padEnd(width)}  ${aboutCheck(check, name)}`.trimEnd()),
    ...andMore(checks.length - most.checks, 'checks', '  '),
  ]
}

/** How many there are, and of which formats where it is not checks.yaml alone. */
function countsOf(checks: readonly Check[]): string {
  const all = checks.length === 1 ? '1 check' : `${checks.length} checks`
  const formats = [...new Set(checks.map(formatOf))]
  if (formats.length === 1) return formats[0] === 'checks.yaml' ? all : `${all} of ${formats[0] ?? ''}`
  const parts = formats.map(
    (format) => `${checks.filter((check) => formatOf(check) === format).length} of ${format}`,
  )
  return `${all} (${parts.join(', ')})`
}

function whenOf(branch: string, isDefault: boolean, name: PackageName): string {
  const build = isShared(name.namespace) ? 'the next build' : `the next build of ${fullName(name)}`
  const own = isReleaseName(branch) ? `for release ${branch}` : null
  if (isDefault)
    return `run by ${build} ${own ? `${own} and ` : ''}for releases without a branch of their own (default branch)`
  return own ? `run by ${build} ${own}` : 'run by no build: no release can be called like this branch'
}

const filterWords = (filter: Readonly<Record<string, string>>): string =>
  Object.entries(filter)
    .map(([name, value]) => `${name} ${printable(value)}`)
    .join(' and ')

function aboutCheck(check: Check, name: PackageName): string {
  const on = [
    ...(check.on === 'build' ? [] : [`when an event has ${filterWords(check.on)}`]),
    ...(check.arch ? [`on ${check.arch.join(', ')}`] : []),
    ...(check.image === null ? [] : [`in ${check.image}`]),
    ...(isShared(name.namespace)
      ? [`for ${check.for.slice(0, 5).join(', ')}${check.for.length > 5 ? ', …' : ''}`]
      : []),
  ]
  const where = on.length > 0 ? `(${on.join(', ')})` : ''
  return [check.summary === null ? '' : printable(check.summary), where]
    .filter((part) => part !== '')
    .join(' ')
}

const andMore = (count: number, what: string, indent: string): string[] =>
  count > 0 ? [`${indent}and ${count} more ${what}`] : []
