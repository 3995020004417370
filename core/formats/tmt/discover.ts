/** Which tests a plan runs: those in the tree that it selects, or those that it holds itself. Pure. */
import { BadFilter, readFilter, type Lookup } from '../fmf/filter.ts'
import { isData, type Data } from '../fmf/merge.ts'
import { BadPattern } from '../fmf/pattern.ts'
import { withLibraries } from './libraries.ts'
import { applies, whyNotThePhase } from './phases.ts'
import type { AdjustedNode, Project, Surroundings } from './project.ts'
import { readTest, type TmtTest } from './test.ts'
import { inside, sourceOf, treeIn } from './sources.ts'
import { flagOf, numberOf, phasesOf, textOf, textsOf, type Values } from './values.ts'

export interface Discovering extends Surroundings {
  framework: TmtTest['framework']
  /** Root of the plan's own tree of metadata. */
  root: string
}

/** Keys of a phase that ask for what is not done here, and in which words. */
const unmet: Readonly<Record<string, string>> = {
  link: 'it selects tests by their links (link)',
  'modified-only': 'it selects tests by what was modified (modified-only)',
  'dist-git-source': 'it takes tests from the sources of the package (dist-git-source)',
  'adjust-tests': 'it changes its tests on the way (adjust-tests)',
}

/** The tests in the order in which they run. What cannot be had stands among them, skipped with the reason. */
export function discover(plan: Values, how: Discovering): TmtTest[] {
  const all = phasesOf(plan, 'discover')
  // Also for phases that apply to other builds.
  for (const { url, ref } of all)
    if (url !== undefined) wantAnyway({ data: { url, ref }, refuse: plan.refuse }, how)
  const phases = all
    .filter((phase) => applies(phase, plan, how))
    .map((data, at) => ({ data, refuse: plan.refuse, name: nameOf(data, at) }))
    .sort((one, other) => orderOf(one) - orderOf(other))
  const found = phases.flatMap((phase) => {
    const tests = testsOf(phase, how)
    return phases.length === 1
      ? tests
      : tests.map((test) => ({ ...test, name: `/${phase.name}${test.name}` }))
  })
  return [...found, ...scripts(plan, how)].map((test) => withLibraries(test, how))
}

const wantAnyway = (values: Values, { want }: Discovering): void => {
  const source = sourceOf(values)
  if (typeof source !== 'string') want(source)
}

const nameOf = ({ name }: Data, at: number): string =>
  typeof name === 'string' ? name.replace(/^\/+/, '') : `default-${at}`
const orderOf = (phase: Values): number => numberOf(phase, 'order', 50)

type Phase = Values & { name: string }

function testsOf(phase: Phase, how: Discovering): TmtTest[] {
  const { data } = phase
  const method = textOf(phase, 'how') ?? (data['tests'] === undefined ? 'fmf' : 'shell')
  const known = Object.keys(unmet).find(
    (key) => data[key] !== undefined && data[key] !== false && data[key] !== null,
  )
  const reason =
    known !== undefined
      ? (unmet[known] ?? null)
      : method !== 'fmf' && method !== 'shell'
        ? `nobody knows how to discover by ${method}`
        : whyNotThePhase(data)
  if (reason !== null) return [standIn(phase, reason)]
  return method === 'fmf' ? fromTree(phase, how) : ownTests(phase, how)
}

/** What stands for tests that nobody can name. */
const standIn = ({ name, refuse }: Phase, skip: string): TmtTest => ({
  ...readTest({ data: { test: 'true' }, refuse }, { ...defaults, name: `/${name}` }),
  skip,
})

const defaults = { name: '', folder: '', tree: '', duration: '5m', framework: 'shell' } as const

function fromTree(phase: Phase, how: Discovering): TmtTest[] {
  const { project, context, framework } = how
  const home = treeIn(phase, how)
  if ('reason' in home) return [standIn(phase, home.reason)]
  const { root } = home
  const nodes = project.nodes(root, context)
  if (!nodes) return [standIn(phase, `there is no tree of tests at ${textOf(phase, 'path') ?? '/'} (path)`)]
  const tests = nodes.filter(({ data }) => data['test'] !== undefined)
  const found = select(tests, phase, project).map(({ name, folder, ...values }) => {
    const test = readTest(values, { ...defaults, name, folder, framework, tree: root })
    const path = values.data['path'] === undefined ? test.folder : inside(root, test.folder)
    return { ...test, folder: path, skip: disabled(values) ?? test.skip }
  })
  const wrong = project.wrongWith(root)
  return wrong === null ? found : [standIn(phase, `its tests cannot be read: ${wrong}`)]
}

const disabled = (values: Values & Pick<AdjustedNode, 'because'>): string | null =>
  flagOf(values, 'enabled', true)
    ? null
    : `it is disabled${values.because === null ? '' : `: ${values.because.replaceAll(/\s+/g, ' ').trim()}`}`

/** By name in the order of the names where names are given, else in the order that the tests want. */
function select(tests: readonly AdjustedNode[], phase: Phase, { patterns }: Project): AdjustedNode[] {
  const names = textsOf(phase, 'test')
  const excluded = textsOf(phase, 'exclude')
  const included = phase.data['include'] === undefined ? [''] : textsOf(phase, 'include')
  const isAnyOf = (sources: readonly string[], { name }: AdjustedNode): boolean =>
    sources.some((source) => patterns.search(source, name))
  try {
    // Also where there is no test to try them on.
    for (const source of [...names, ...included, ...excluded]) patterns.search(source, '')
    const filters = textsOf(phase, 'filter').map((filter) => readFilter(filter, patterns))
    const left = tests.filter(
      (test) =>
        isAnyOf(names.length === 0 ? [''] : names, test) &&
        isAnyOf(included, test) &&
        !isAnyOf(excluded, test) &&
        filters.every((matches) => matches(filterable(test))),
    )
    const inOrder = [...left].sort((one, other) => orderOf(one) - orderOf(other))
    if (names.length === 0) return inOrder
    return names.flatMap((pattern) => inOrder.filter(({ name }) => patterns.search(pattern, name)))
  } catch (error) {
    if (!(error instanceof BadFilter) && !(error instanceof BadPattern)) throw error
    phase.refuse(
      'discover',
      `discover has a selection that ${error.message}`,
      'write filter: tag:smoke, or test: [/smoke]',
    )
    return []
  }
}

/** What filters may ask about: also of what a test does not say. */
const filterable =
  ({ name, data }: AdjustedNode): Lookup =>
  (key) =>
    key === 'name' ? name : (data[key] ?? (Object.hasOwn(usual, key) ? usual[key] : undefined))

const usual: Data = {
  ...{
    tag: [],
    component: [],
    tier: [],
    enabled: true,
    framework: 'shell',
    duration: '5m',
    result: 'respect',
  },
}

/** Tests that the phase holds itself; with a url they run in the tree that stands there. */
function ownTests(phase: Phase, how: Discovering): TmtTest[] {
  const home = treeIn(phase, how)
  if ('reason' in home) return [standIn(phase, home.reason)]
  const { root } = home
  const { framework } = how
  return phasesOf(phase, 'tests').map((data, at) => {
    const values = {
      data,
      refuse: (_: string, message: string, mend: string) => phase.refuse('discover', message, mend),
    }
    const name = textOf(values, 'name') ?? `default-${at}`
    const test = readTest(values, {
      name: `/${name.replace(/^\/+/, '')}`,
      folder: root,
      tree: root,
      duration: '1h',
      framework,
    })
    const folder = data['path'] === undefined ? root : inside(root, test.folder)
    return { ...test, folder, skip: disabled({ ...values, because: null }) ?? test.skip }
  })
}

/** `execute: script`, which makes a test of each of its commands. */
function scripts(plan: Values, { framework, root }: Discovering): TmtTest[] {
  const [execute] = phasesOf(plan, 'execute')
  if (!isData(execute) || execute['script'] === undefined) return []
  const values = {
    data: execute,
    refuse: (_: string, message: string, mend: string) => plan.refuse('execute', message, mend),
  }
  const duration = textOf(values, 'duration') ?? '1h'
  return textsOf(values, 'script').map((test, at) =>
    readTest(
      { ...values, data: { test, duration } },
      { ...defaults, name: `/script-${String(at).padStart(2, '0')}`, folder: root, tree: root, framework },
    ),
  )
}
