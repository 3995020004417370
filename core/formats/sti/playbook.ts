/**
 * A playbook of the Standard Test Interface: plays whose roles, of the standard ones, say what to install and what to run.
 * It becomes a plan like one of tmt, so that it is run and judged the same way; what is free-form becomes one test of such a
 * plan. Pure. After standard-test-roles and the interface's version 2.0.
 */
import { isData, type Data } from '../fmf/merge.ts'
import { durationOf } from '../tmt/duration.ts'
import type { TmtPlan } from '../tmt/plan.ts'
import { packageName } from '../tmt/requirements.ts'
import { folderOf, inside, plainPath, sourceOf, type TmtSource, type Want } from '../tmt/sources.ts'
import type { TmtTest } from '../tmt/test.ts'
import { uniqueNames } from '../unique-names.ts'
import { isVariable } from '../tmt/values.ts'
import { standardRoleIn, stepsOf, wholePlaybook } from './free-form.ts'
import { resolved, type Variables } from './variables.ts'

/** How the roles that are understood run a test of which only the folder is known. */
const roles: Readonly<Record<string, TmtTest['framework']>> = {
  'standard-test-basic': 'shell',
  'standard-test-beakerlib': 'beakerlib',
  'standard-test-rhts': 'beakerlib',
  'standard-test-scripts': 'shell',
}

/** What a play does in the kind of machine that there is here. */
const ourTag = 'classic'
const usualDuration = 3600
const longest = 7 * 86_400

/** The plan that `playbook`, at `path`, is; or why it cannot be run. */
export type PlaybookReading = { plan: TmtPlan; reason: null } | { plan: null; reason: string }

/** `data`: the playbook as plain data. */
export function readPlaybook(path: string, data: unknown, want: Want): PlaybookReading {
  if (!Array.isArray(data) || data.length === 0 || !data.every(isData)) return no('it is no list of plays')
  const plays = data.filter((play) => runsHere(play, ['always']))
  if (plays.length === 0) return no(`none of its plays is for a machine like ours (tag ${ourTag})`)
  const unmet = plays.map(whyNotThePlay).find((reason) => reason !== null)
  if (unmet) return no(unmet)
  if (plays.some(isFreeForm)) return freeForm(path, data)
  const found = plays.flatMap((play) => rolesOf(play).map((role) => readRole(role, play, want)))
  const refused = found.find((role) => typeof role === 'string')
  if (refused !== undefined) return no(refused)
  const read = found.filter((role) => typeof role !== 'string' && role !== null)
  if (read.length === 0) return no(`none of its roles is for a machine like ours (tag ${ourTag})`)
  const named = read.flatMap((role) => role.tests)
  const names = uniqueNames(named.map(({ name }) => name))
  const tests = named.map((test, at) => ({ ...test, name: names[at] ?? test.name }))
  const runs = tests.filter(({ skip }) => skip === null)
  if (runs.length === 0) return no(tests[0]?.skip ?? 'it names no tests')
  return {
    plan: planOf(
      path,
      tests,
      read.flatMap((role) => role.packages),
    ),
    reason: null,
  }
}

const no = (reason: string): PlaybookReading => ({ plan: null, reason })

function planOf(path: string, tests: TmtTest[], packages: string[]): TmtPlan {
  const runs = tests.filter(({ skip }) => skip === null)
  const needsBeakerlib = runs.some(({ framework }) => framework === 'beakerlib')
  return {
    name: path,
    summary: null,
    skip: null,
    environment: {},
    environmentFiles: [],
    packages: [...new Set(packages)],
    recommended: [...(needsBeakerlib ? ['beakerlib'] : []), ...runs.flatMap((test) => test.recommended)],
    prepare: [],
    finish: [],
    exitFirst: false,
    root: '',
    tests,
    hardware: { memoryMiB: 2048, cpus: 1, diskMiB: 8192, arch: null, unmet: null },
    notes: runs.flatMap(({ notes }) => notes),
  }
}

function runsHere({ tags }: Data, also: readonly string[] = []): boolean {
  const said = textsIn(tags)
  return said.length === 0 || said.some((tag) => tag === ourTag || also.includes(tag))
}

/** What neither a plan nor Ansible in the machine could do. */
function whyNotThePlay(play: Data): string | null {
  const imported = whyImported(play)
  if (imported !== null) return imported
  const names = rolesOf(play)
    .filter((role) => runsHere(role))
    .map(nameOf)
  if (names.includes('standard-test-source'))
    return 'it tests the sources of the package (standard-test-source), which are not unpacked here yet'
  const unknown = names.find((name) => name.startsWith('standard-test-') && !Object.hasOwn(roles, name))
  if (unknown !== undefined) return `nobody here knows its role ${JSON.stringify(unknown.slice(0, 80))}`
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
  stepsOf(play) !== null ||
  rolesOf(play).some((role) => runsHere(role) && !Object.hasOwn(roles, nameOf(role)))

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
    ? { plan: planOf(path, [wholePlaybook(path, usualDuration)], []), reason: null }
    : no(`it has steps beside standard roles (${beside.slice(0, 80)}), which no machine here has for Ansible`)
}

/** `- role: NAME` and `- NAME` alike. */
const rolesOf = ({ roles: said }: Data): Data[] =>
  (Array.isArray(said) ? (said as unknown[]) : []).map((role) =>
    isData(role) ? role : { role: typeof role === 'string' ? role : '' },
  )

const nameOf = ({ role, name }: Data): string => text(role) ?? text(name) ?? ''

interface Role {
  tests: TmtTest[]
  packages: string[]
}

/** null: it is for machines of another kind. A text: why nothing of the playbook can be run. */
function readRole(role: Data, play: Data, want: Want): Role | string | null {
  if (!runsHere(role)) return null
  const variables: Variables = { ...dataIn(play['vars']), ...role, ...dataIn(role['vars']) }
  const packages = textsIn(variables['required_packages']).map((name) => resolved(name, variables))
  const foreign = packages.find((name) => name === null || !packageName.test(name))
  if (foreign !== undefined)
    return `it requires ${JSON.stringify(foreign ?? 'a package whose name is worked out')}, which is no package's name`
  const framework = roles[nameOf(role)] ?? 'shell'
  const fetched = repositoriesIn(variables)
  for (const { source } of fetched) if (typeof source !== 'string') want(source)
  const tests = testsIn(variables['tests'])
  if (tests === null) return 'its tests are worked out by Ansible'
  const around = { framework, fetched, want, variables, environment: environmentOf(variables) }
  return {
    tests: tests.map((test) => readTest(test, around)),
    packages: packages.filter((name) => name !== null),
  }
}

/** A folder below tests/ that another repository is put into; a text: why that cannot be fetched. */
interface Elsewhere {
  place: string
  source: TmtSource | string
}

const repositoriesIn = ({ repositories }: Variables): Elsewhere[] =>
  (Array.isArray(repositories) ? (repositories as unknown[]) : [repositories])
    .filter(isData)
    .map(({ repo, dest, version }) => {
      const url = text(repo) ?? ''
      const ref = text(version)
      const own =
        url
          .split('/')
          .at(-1)
          ?.replace(/\.git$/, '') ?? ''
      const data = { url, ...(ref !== null && ref !== 'HEAD' && { ref }) }
      const source = sourceOf({ data, refuse: () => undefined })
      return { place: plainPath(text(dest) ?? own) ?? own, source }
    })

/** `[name, what is said of it]`; null where it is no list. */
function testsIn(said: unknown): [string, Data][] | null {
  if (said === undefined || said === null) return []
  if (!Array.isArray(said)) return null
  const tests = (said as unknown[]).flatMap((test): [string, Data][] => {
    if (typeof test === 'string') return [[test, {}]]
    return isData(test) ? Object.entries(test).map(([name, more]) => [name, dataIn(more)]) : []
  })
  return tests.length === 0 && said.length > 0 ? null : tests
}

interface Around {
  framework: TmtTest['framework']
  fetched: readonly Elsewhere[]
  want: Want
  variables: Variables
  environment: Record<string, string | null>
}

function readTest([name, said]: [string, Data], around: Around): TmtTest {
  const { framework, variables, environment } = around
  const folder = resolved(text(said['dir']) ?? name, variables)
  const command = resolved(text(said['run']) ?? './runtest.sh', variables)
  const seconds = durationOf(text(said['timeout']) ?? `${usualDuration}s`)
  return {
    name: `/${name.replace(/^\/+/, '').slice(0, 200)}`,
    skip: whyNot({ folder, command }, around),
    command: command ?? '',
    framework,
    folder: (folder === null ? null : placeOf(folder, around)) ?? 'tests',
    environment: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, value ?? ''])),
    durationSeconds: seconds !== null && seconds > 0 ? Math.min(seconds, longest) : usualDuration,
    result: 'respect',
    restart: { codes: [], most: 1, reboots: false },
    packages: [],
    recommended: [],
    files: [],
    wants: [],
    wishes: [],
    libraries: {},
    tree: '',
    notes: [],
  }
}

/** Null parts are worked out by Ansible. */
interface Parts {
  folder: string | null
  command: string | null
}

function whyNot({ folder, command }: Parts, { fetched, want, environment }: Around): string | null {
  if (command === null || folder === null) return 'it is worked out by Ansible (Jinja)'
  const unset = Object.entries(environment).find(([, value]) => value === null)
  if (unset) return `its variable ${unset[0]} is worked out by Ansible (Jinja)`
  if (placeBelowTests(folder) === null) return 'its folder leads out of the repository'
  const elsewhere = whereElse(folder, fetched)
  if (!elsewhere) return null
  const lacking = typeof elsewhere.source === 'string' ? elsewhere.source : want(elsewhere.source)
  return lacking === null ? null : `it is in another repository: ${lacking}`
}

const whereElse = (folder: string, fetched: readonly Elsewhere[]): Elsewhere | undefined =>
  fetched.find(({ place }) => place !== '' && `${folder}/`.startsWith(`${place}/`))

/** Of another repository, where its tree stands; else below tests/. */
function placeOf(folder: string, { fetched }: Around): string | null {
  const elsewhere = whereElse(folder, fetched)
  if (!elsewhere || typeof elsewhere.source === 'string') return placeBelowTests(folder)
  const within = plainPath(folder.slice(elsewhere.place.length))
  return within === null ? null : inside(folderOf(elsewhere.source), within)
}

/** Folders of tests count from where the playbook is. */
function placeBelowTests(folder: string): string | null {
  const parts = ['tests']
  for (const part of folder.split('/'))
    if (part === '..') {
      if (parts.pop() === undefined) return null
    } else if (part !== '' && part !== '.') parts.push(part)
  return parts.join('/')
}

/** null: a value that is worked out. */
function environmentOf(variables: Variables): Record<string, string | null> {
  const said = Object.entries(dataIn(variables['environment'])).filter(([name]) => isVariable(name))
  return Object.fromEntries(said.map(([name, value]) => [name, resolved(text(value) ?? '', variables)]))
}

const text = (value: unknown): string | null =>
  ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : null

const textsIn = (value: unknown): string[] =>
  (Array.isArray(value) ? (value as unknown[]) : [value])
    .flatMap((one) => (typeof one === 'string' ? one.split(',') : [text(one)]))
    .flatMap((one) => (one === null || one.trim() === '' ? [] : [one.trim()]))

const dataIn = (value: unknown): Data => (isData(value) ? value : {})
