/** A standard role of a playbook: its tests, the packages that those need, and where they expect the sources of the package. Pure. */
import { isData, type Data } from '../fmf/merge.ts'
import { durationOf } from '../tmt/duration.ts'
import type { Surroundings } from '../tmt/project.ts'
import { packageName } from '../tmt/requirements.ts'
import { folderOf, inside, plainPath, sourceOf, type TmtSource, type Want } from '../tmt/sources.ts'
import type { TmtTest } from '../tmt/test.ts'
import { isVariable } from '../tmt/values.ts'
import { dataIn, textIn, textsIn } from './data.ts'
import { filteredTests, type Filter } from './filtered.ts'
import { resolved, type Variables } from './variables.ts'

/** How the roles that are understood run a test of which only the folder is known. */
const frameworks: Readonly<Record<string, TmtTest['framework']>> = {
  'standard-test-basic': 'shell',
  'standard-test-beakerlib': 'beakerlib',
  'standard-test-rhts': 'beakerlib',
  'standard-test-scripts': 'shell',
}

/** Brings the sources of the package, for the tests of other roles. */
const sourceRole = 'standard-test-source'
const usualSourceFolder = 'source'

/** Seconds. */
export const usualDuration = 3600
const longest = 7 * 86_400

/** `- role: NAME` and `- NAME` alike. */
export const rolesOf = ({ roles: said }: Data): Data[] =>
  (Array.isArray(said) ? (said as unknown[]) : []).map((role) =>
    isData(role) ? role : { role: typeof role === 'string' ? role : '' },
  )

export const nameOf = ({ role, name }: Data): string => textIn(role) ?? textIn(name) ?? ''

/** Whether Assay knows what `role` does: others are the repository's own. */
export const isStandard = (role: Data): boolean =>
  nameOf(role) === sourceRole || Object.hasOwn(frameworks, nameOf(role))

export interface Role {
  tests: TmtTest[]
  packages: string[]
  /** Folder, from the root of the repository, that the sources of the package are to be in; null: it does not ask for them. */
  sourceIn: string | null
}

/** Reads `role` of `play`. A text: why nothing of the playbook can be run. */
export function readRole(role: Data, play: Data, surroundings: Surroundings): Role | string {
  const variables: Variables = { ...dataIn(play['vars']), ...role, ...dataIn(role['vars']) }
  const packages = textsIn(variables['required_packages']).map((name) => resolved(name, variables))
  const foreign = packages.find((name) => name === null || !packageName.test(name))
  if (foreign !== undefined)
    return `it requires ${JSON.stringify(foreign ?? 'a package whose name is worked out')}, which is no package's name`
  if (nameOf(role) === sourceRole) return readSourceRole(variables, packages.filter(isKnown))
  const framework = frameworks[nameOf(role)] ?? 'shell'
  const fetched = repositoriesIn(variables)
  const { want } = surroundings
  for (const { source } of fetched) if (typeof source !== 'string') want(source)
  const named = testsIn(variables['tests'])
  if (named === null) return 'its tests are worked out by Ansible'
  const environment = environmentOf(variables)
  const filtered = filtersIn(variables, fetched).map((one) =>
    typeof one === 'string' ? one : filteredTests(one, { ...surroundings, framework }),
  )
  const wrong = filtered.find((one) => typeof one === 'string')
  if (wrong !== undefined) return wrong
  const found = filtered.filter((one) => typeof one !== 'string').flat()
  const around = { framework, fetched, want, variables, environment }
  return {
    tests: [
      ...named.map((test) => readTest(test, around)),
      ...found.map((test) => inEnvironment(test, environment)),
    ],
    packages: packages.filter(isKnown),
    sourceIn: null,
  }
}

function inEnvironment(test: TmtTest, environment: Around['environment']): TmtTest {
  const own = { ...test.environment, ...valuesOf(environment) }
  return { ...test, environment: own, skip: test.skip ?? whyUnset(environment) }
}

const isKnown = (text: string | null): text is string => text !== null

/** What is unpacked has its patches: that is how source packages of Debian unpack. */
function readSourceRole(variables: Variables, packages: string[]): Role | string {
  if (textIn(variables['fetch_only'])?.toLowerCase() === 'true')
    return 'it wants the sources of the package without having them unpacked (fetch_only)'
  const said = resolved(textIn(variables['srcdir']) ?? usualSourceFolder, atPlaybook(variables))
  const sourceIn = said === null ? null : placeBelowTests(said)
  return sourceIn === null
    ? 'the sources of the package go to a folder outside of the repository, or that Ansible works out (srcdir)'
    : { tests: [], packages, sourceIn }
}

/** Folders count from where the playbook is. */
const atPlaybook = (variables: Variables): Variables => ({ ...variables, playbook_dir: '.' })

/** A folder below tests/ that another repository is put into; a text: why that cannot be fetched. */
interface Elsewhere {
  place: string
  source: TmtSource | string
  /** By which its tests are selected; null: they are named. */
  filter: string | null
}

const repositoriesIn = ({ repositories }: Variables): Elsewhere[] =>
  (Array.isArray(repositories) ? (repositories as unknown[]) : [repositories])
    .filter(isData)
    .map(({ repo, dest, version, fmf_filter: filter }) => {
      const url = textIn(repo) ?? ''
      const ref = textIn(version)
      const own =
        url
          .split('/')
          .at(-1)
          ?.replace(/\.git$/, '') ?? ''
      const data = { url, ...(ref !== null && ref !== 'HEAD' && { ref }) }
      const source = sourceOf({ data, refuse: () => undefined })
      return { place: plainPath(textIn(dest) ?? own) ?? own, source, filter: textIn(filter) }
    })

/** A text: why its tests cannot be told. */
function filtersIn(variables: Variables, fetched: readonly Elsewhere[]): (Filter | string)[] {
  const own = textIn(variables['fmf_filter'])
  const said = [
    ...(own === null ? [] : [{ filter: own, place: null, source: null }]),
    ...fetched.flatMap(({ filter, ...rest }) => (filter === null ? [] : [{ ...rest, filter }])),
  ]
  return said.map(({ filter: text, place, source }) => {
    const filter = resolved(text, variables)
    if (filter === null) return 'its tests are worked out by Ansible (fmf_filter)'
    if (typeof source === 'string') return source
    return { filter, repository: source === null ? null : { ...source, place } }
  })
}

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
  const folder = resolved(textIn(said['dir']) ?? name, atPlaybook(variables))
  const command = resolved(textIn(said['run']) ?? './runtest.sh', variables)
  const seconds = durationOf(textIn(said['timeout']) ?? `${usualDuration}s`)
  return {
    name: `/${name.replace(/^\/+/, '').slice(0, 200)}`,
    skip: whyNot({ folder, command }, around),
    command: command ?? '',
    framework,
    folder: (folder === null ? null : placeOf(folder, around)) ?? 'tests',
    environment: valuesOf(environment),
    durationSeconds: seconds !== null && seconds > 0 ? Math.min(seconds, longest) : usualDuration,
    result: 'respect',
    restart: { codes: [], most: 1, reboots: false },
    packages: [],
    recommended: [],
    files: [],
    saves: [said['save-files']].flat().flatMap((one) => resolved(textIn(one) ?? '', variables) ?? []),
    dmesg: null,
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
  const unset = whyUnset(environment)
  if (unset !== null) return unset
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

/** Of a folder as the playbook says it, from the root of the repository; null: it leads out of that. */
function placeBelowTests(folder: string): string | null {
  if (folder.startsWith('/')) return null
  const parts = ['tests']
  for (const part of folder.split('/'))
    if (part === '..') {
      if (parts.pop() === undefined) return null
    } else if (part !== '' && part !== '.') parts.push(part)
  return parts.join('/')
}

function whyUnset(environment: Around['environment']): string | null {
  const unset = Object.entries(environment).find(([, value]) => value === null)
  return unset ? `its variable ${unset[0]} is worked out by Ansible (Jinja)` : null
}

const valuesOf = (environment: Around['environment']): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, value ?? '']))

/** null: a value that is worked out. */
function environmentOf(variables: Variables): Record<string, string | null> {
  const said = Object.entries(dataIn(variables['environment'])).filter(([name]) => isVariable(name))
  return Object.fromEntries(said.map(([name, value]) => [name, resolved(textIn(value) ?? '', variables)]))
}
