/**
 * A playbook of the Standard Test Interface: plays whose roles, of the standard ones, say what to install and what to run.
 * It becomes a plan like one of tmt, so that it is run and judged the same way; what is free-form becomes one test of such a
 * plan. Pure. After standard-test-roles and the interface's version 2.0.
 */
import { isData, type Data } from '../fmf/merge.ts'
import type { TmtPlan } from '../tmt/plan.ts'
import type { Surroundings } from '../tmt/project.ts'
import type { TmtTest } from '../tmt/test.ts'
import { uniqueNames } from '../unique-names.ts'
import { textsIn } from './data.ts'
import { standardRoleIn, stepsOf, wholePlaybook } from './free-form.ts'
import { isStandard, nameOf, readRole, rolesOf, usualDuration, type Role } from './role.ts'

/** What is done in the kind of machine that there is here. */
const ourTag = 'classic'
const ourTags = [ourTag, 'always']

/** The plan that `playbook`, at `path`, is; or why it cannot be run. */
export type PlaybookReading = { plan: TmtPlan; reason: null } | { plan: null; reason: string }

/** `data`: the playbook as plain data. */
export function readPlaybook(path: string, data: unknown, surroundings: Surroundings): PlaybookReading {
  if (!Array.isArray(data) || data.length === 0 || !data.every(isData)) return no('it is no list of plays')
  const plays = data.filter(runsHere)
  if (plays.length === 0) return no(`none of its plays is for a machine like ours (tag ${ourTag})`)
  const unmet = plays.map(whyNotThePlay).find((reason) => reason !== null)
  if (unmet) return no(unmet)
  if (plays.some(isFreeForm)) return freeForm(path, data)
  const read = plays.flatMap((play) => rolesHere(play).map((role) => readRole(role, play, surroundings)))
  const refused = read.find((role) => typeof role === 'string')
  if (refused !== undefined) return no(refused)
  return read.length > 0
    ? ofRoles(
        path,
        read.filter((role) => typeof role !== 'string'),
      )
    : no(`none of its roles is for a machine like ours (tag ${ourTag})`)
}

const no = (reason: string): PlaybookReading => ({ plan: null, reason })

function ofRoles(path: string, roles: readonly Role[]): PlaybookReading {
  const named = roles.flatMap((role) => role.tests)
  const names = uniqueNames(named.map(({ name }) => name))
  const tests = named.map((test, at) => ({ ...test, name: names[at] ?? test.name }))
  if (!tests.some(({ skip }) => skip === null)) return no(tests[0]?.skip ?? 'it names no tests')
  const plan = planOf(path, tests)
  const packages = [...new Set([...roles.flatMap((role) => role.packages), ...plan.packages])]
  const sourceIn = roles.map((role) => role.sourceIn).find((folder) => folder !== null) ?? null
  const note = 'it wants the sources of the package: it is skipped for builds that have no .dsc'
  const notes = sourceIn === null ? plan.notes : [...plan.notes, note]
  return { plan: { ...plan, packages, sourceIn, notes }, reason: null }
}

function planOf(path: string, tests: TmtTest[]): TmtPlan {
  const runs = tests.filter(({ skip }) => skip === null)
  const needsBeakerlib = runs.some(({ framework }) => framework === 'beakerlib')
  return {
    name: path,
    summary: null,
    skip: null,
    environment: {},
    environmentFiles: [],
    packages: runs.flatMap((test) => test.packages),
    recommended: [...(needsBeakerlib ? ['beakerlib'] : []), ...runs.flatMap((test) => test.recommended)],
    prepare: [],
    finish: [],
    exitFirst: false,
    root: '',
    sourceIn: null,
    tests,
    hardware: { memoryMiB: 2048, cpus: 1, diskMiB: 8192, arch: null, unmet: null },
    notes: runs.flatMap(({ notes }) => notes),
  }
}

function runsHere({ tags }: Data): boolean {
  const said = textsIn(tags)
  return said.length === 0 || said.some((tag) => ourTags.includes(tag))
}

const rolesHere = (play: Data): Data[] => rolesOf(play).filter(runsHere)

/** What neither a plan nor Ansible in the machine could do. */
function whyNotThePlay(play: Data): string | null {
  const imported = whyImported(play)
  if (imported !== null) return imported
  const unknown = rolesHere(play).find(
    (role) => nameOf(role).startsWith('standard-test-') && !isStandard(role),
  )
  if (unknown !== undefined)
    return `nobody here knows its role ${JSON.stringify(nameOf(unknown).slice(0, 80))}`
  return rolesOf(play).length > 0 || stepsOf(play) !== null
    ? null
    : 'a play of it has neither roles nor steps'
}

function whyImported(play: Data): string | null {
  const keys = ['import_playbook', 'ansible.builtin.import_playbook', 'include']
  const key = keys.find((one) => play[one] !== undefined)
  return key === undefined ? null : `it takes in another playbook (${key}), which is not followed`
}

/** With steps of its own, or roles that the repository holds itself. */
const isFreeForm = (play: Data): boolean =>
  stepsOf(play) !== null || rolesHere(play).some((role) => !isStandard(role))

/**
 * Standard roles beside steps would have to be installed in the machine, and only Fedora packages them. Ansible looks for
 * those of every play, also of plays that are for other kinds of machines.
 */
function freeForm(path: string, plays: readonly Data[]): PlaybookReading {
  const imported = plays.map(whyImported).find((reason) => reason !== null)
  if (imported) return no(imported)
  const standard = plays.flatMap((play) => [
    ...rolesOf(play).map(nameOf),
    ...['tasks', 'pre_tasks', 'post_tasks'].map((key) => standardRoleIn(play[key]) ?? ''),
  ])
  const beside = standard.find((name) => name.startsWith('standard-test-'))
  return beside === undefined
    ? { plan: planOf(path, [wholePlaybook(path, usualDuration)]), reason: null }
    : no(`it has steps beside standard roles (${beside.slice(0, 80)}), which no machine here has for Ansible`)
}
