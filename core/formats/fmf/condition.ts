/** Conditions on the context, as `when` holds them: `distro >= fedora-40 and arch == x86_64`. Pure. */
import { BadPattern, type Patterns } from './pattern.ts'

/** What is known about a run, by dimension: distro, arch, trigger, … */
export type Context = ReadonlyMap<string, readonly string[]>

/** true, false, or null where the context does not say. */
export type Answer = boolean | null

/** A condition that cannot be read. */
export class BadCondition extends Error {}

const comparison = /^([\w-]+)\s*(~!=|~<=|~>=|~=|~<|~>|!~|==|!=|<=|>=|<|>|~|=)(?!=)\s*(\S.*)$/s
const definition = /^([\w-]+)\s+is(\s+not)?\s+defined$/
const mostParts = 200

/** Whether `condition` holds in `context`. Throws BadCondition. */
export function holds(condition: unknown, context: Context, patterns: Patterns): Answer {
  if (typeof condition === 'boolean') return condition
  if (typeof condition !== 'string') throw new BadCondition('is no condition')
  const groups = condition.split(/\bor\b/).map((group) => group.split(/\band\b/).map((part) => part.trim()))
  if (groups.flat().length > mostParts) throw new BadCondition(`has more than ${mostParts} parts`)
  // All are read, also those that decide nothing: what cannot be read is wrong whatever the context.
  return either(groups.map((parts) => both(parts.map((part) => decide(part, context, patterns)))))
}

const both = (answers: readonly Answer[]): Answer =>
  answers.includes(false) ? false : answers.includes(null) ? null : true
const either = (answers: readonly Answer[]): Answer =>
  answers.includes(true) ? true : answers.includes(null) ? null : false

function decide(part: string, context: Context, patterns: Patterns): Answer {
  if (/^(true|false)$/i.test(part)) return part.toLowerCase() === 'true'
  const defined = definition.exec(part)
  if (defined) return context.has(defined[1] ?? '') === (defined[2] === undefined)
  const compared = comparison.exec(part)
  if (!compared)
    throw new BadCondition(
      part === '' ? 'has nothing beside its and, or' : `cannot be read: ${JSON.stringify(part)}`,
    )
  const [, dimension = '', operator = '', words = ''] = compared
  const wanted = words.split(',').map((word) => word.trim())
  const known = context.get(dimension)
  // One value that compares well is enough; where none compares at all, nobody knows.
  const answers = (known ?? []).flatMap((value) =>
    wanted.map((one) => compare(value, operator, one, patterns)),
  )
  if (answers.includes(true)) return true
  return answers.includes(false) ? false : null
}

function compare(value: string, operator: string, wanted: string, patterns: Patterns): Answer {
  if (operator === '~' || operator === '!~') {
    try {
      return patterns.search(wanted, value) === (operator === '~')
    } catch (error) {
      if (error instanceof BadPattern)
        throw new BadCondition(`holds ${JSON.stringify(wanted)}, which ${error.message}`)
      throw error
    }
  }
  const isWithinMajor = operator.startsWith('~')
  const sign = operator.replace('~', '')
  const isOrdered = sign.includes('<') || sign.includes('>')
  const order = orderOf(versionOf(value), versionOf(wanted), { isOrdered, isWithinMajor })
  if (order === null) return null
  switch (sign) {
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    default:
      return order === 0
  }
}

/** A name and the parts of its version: centos-stream-9.1 is centos, stream, 9, 1. */
const versionOf = (text: string): string[] => text.split(/[:.-]/)

/**
 * How `own` stands to `wanted`, as precisely as `wanted` asks: below, at or above 0. null: the two cannot be compared.
 * Whether they are the same can always be said, but for major versions that one side does not name.
 */
function orderOf(
  [name, ...own]: readonly string[],
  [wantedName, ...wanted]: readonly string[],
  { isOrdered, isWithinMajor }: { isOrdered: boolean; isWithinMajor: boolean },
): number | null {
  if (name !== wantedName) return isOrdered ? null : 1
  if (isWithinMajor && wanted.length > 0) {
    if (own.length === 0) return null
    if (own[0] !== wanted[0]) {
      if (!isOrdered) return 1
      if (wanted.length > 1) return null
    }
  }
  for (const [at, part] of wanted.slice(0, own.length).entries()) {
    const order = orderOfParts(own[at] ?? '', part)
    if (order !== 0) return order
  }
  if (wanted.length <= own.length) return 0
  if (isWithinMajor) return null
  if (!isOrdered) return 1
  return own.length === 0 ? null : -1
}

/** Numbers as numbers, all else as text: rawhide comes after every number. */
function orderOfParts(own: string, wanted: string): number {
  const isNumber = /^\d+$/.test(own) && /^\d+$/.test(wanted)
  if (isNumber) return Math.sign(Number(own) - Number(wanted))
  return own === wanted ? 0 : own < wanted ? -1 : 1
}
