/** A plan of tmt as everything that a machine needs to run it, or the reason why none can. Pure. */
import type { Context } from '../fmf/condition.ts'
import { isData, type Data } from '../fmf/merge.ts'
import { discover } from './discover.ts'
import { expanded, type Variables } from './expanded.ts'
import { imported } from './imported.ts'
import { hardwareOf, type Hardware } from './hardware.ts'
import { applies, whyNotThePhase } from './phases.ts'
import { extended } from './context.ts'
import { phaseSlips, planKeys, slips } from './keys.ts'
import type { AdjustedNode, Project, Surroundings } from './project.ts'
import { packageName } from './requirements.ts'
import { inside, type Asking } from './sources.ts'
import type { TmtTest } from './test.ts'
import { environmentOf, flagOf, phasesOf, textOf, textsOf, type Values } from './values.ts'

export interface TmtPlan {
  name: string
  summary: string | null
  /** Why it cannot be run, whatever its tests; null: it can. */
  skip: string | null
  /** Folder that its commands run in, from the root of the repository. */
  root: string
  /** Folder, from the root of the repository, that the build's source package is unpacked into; null: no test asks for it. */
  sourceIn: string | null
  environment: Readonly<Record<string, string>>
  /** Files of variables, from the root of the repository. */
  environmentFiles: readonly string[]
  packages: readonly string[]
  recommended: readonly string[]
  /** Commands before the first test, and after the last. */
  prepare: readonly string[]
  finish: readonly string[]
  /** Whether the first failure ends it. */
  exitFirst: boolean
  tests: readonly TmtTest[]
  hardware: Hardware
  notes: readonly string[]
}

/** What is run where nobody wrote a plan: all tests. */
export const defaultPlan: Data = { discover: { how: 'fmf' }, execute: { how: 'tmt' } }

export const isPlan = ({ data }: Pick<AdjustedNode, 'data'>): boolean =>
  data['execute'] !== undefined || data['plan'] !== undefined

/** What a machine tells plans of the tree of metadata at `root`, as far as that is known. */
export type MachineVariables = (root: string) => Variables

export interface ReadingPlan {
  project: Project
  context: Context
  /** Who asks for what the plan takes from elsewhere. */
  sources: Asking
  machine: MachineVariables
}

/** Reads the plan that `node` is in `context`, or the one that it imports. */
export function readPlan(node: AdjustedNode, { project, context, sources, machine }: ReadingPlan): TmtPlan {
  const around = { project, context, want: sources.want, machine }
  const found = imported(node, around)
  if (typeof found === 'string') return { ...planOf({ ...node, data: {} }, around), skip: found }
  const plan = planOf(found, around)
  const wrong = project.wrongWith(found.root)
  return wrong === null ? plan : { ...plan, skip: `it cannot be read where it is imported from: ${wrong}` }
}

function planOf(
  said: AdjustedNode,
  { project, context, want, machine }: Surroundings & Pick<ReadingPlan, 'machine'>,
): TmtPlan {
  const whole = extended(context, ownContext(said))
  const variables = { ...environmentOf(said, 'environment'), ...machine(said.root) }
  const node = { ...said, data: expanded(said, variables, whole) }
  const around = { project, context: whole }
  const execute = phasesOf(node, 'execute')
  const prepare = phasesOf(node, 'prepare').filter((phase) => applies(phase, node, around))
  const finish = phasesOf(node, 'finish').filter((phase) => applies(phase, node, around))
  const files = textsOf(node, 'environment-file')
  const skip =
    whyNot(execute, files) ??
    prepare.map(unmetPreparation).find(isReason) ??
    finish.map(unmetEnd).find(isReason)
  const tests =
    skip === undefined
      ? discover(node, { ...around, want, root: node.root, framework: frameworkOf(execute) })
      : []
  const runs = tests.filter((test) => test.skip === null)
  return {
    name: node.name,
    summary: textOf(node, 'summary'),
    skip: skip ?? (runs.length > 0 ? null : (tests.find((test) => test.skip !== null)?.skip ?? null)),
    environment: environmentOf(node, 'environment'),
    environmentFiles: files.map((file) => inside(node.root, file)),
    root: node.root,
    sourceIn: null,
    ...packagesOf(prepare.map(asValues(node)), runs),
    prepare: inOrder(prepare).flatMap((phase) => commandsOf(phase, node)),
    finish: inOrder(finish).flatMap((phase) => commandsOf(phase, node)),
    exitFirst: execute.some((phase) => flagOf(asValues(node)(phase), 'exit-first', false)),
    tests,
    hardware: hardwareOf(node),
    notes: [...slips(node.data, planKeys), ...phaseSlips((step) => phasesOf(node, step)), ...notesOn(runs)],
  }
}

/** What is said of several tests is said once. */
const notesOn = (tests: readonly TmtTest[]): string[] => {
  const names = new Map<string, string[]>()
  for (const { name, notes } of tests)
    for (const note of notes) names.set(note, [...(names.get(note) ?? []), name])
  return [...names].map(([note, [first = '', ...more]]) => `test ${first}${andMore(more.length)}: ${note}`)
}

const andMore = (count: number): string => (count === 0 ? '' : ` and ${count} more`)

const isReason = (reason: string | null): reason is string => reason !== null
const asValues =
  ({ refuse }: Values) =>
  (data: Data): Values => ({ data, refuse })

function ownContext({ data, refuse }: Values): Context {
  const own = data['context']
  if (own === undefined || own === null) return new Map()
  if (isData(own))
    return new Map(
      Object.entries(own).map(([name, value]) => [
        name,
        (Array.isArray(value) ? value : [value]).map(String),
      ]),
    )
  refuse('context', 'context does not hold dimensions', 'write distro: fedora, or the like, below context:')
  return new Map()
}

function whyNot(execute: readonly Data[], files: readonly string[]): string | null {
  const [phase, ...more] = execute
  if (more.length > 0) return 'it executes in several ways (execute)'
  const how = phase?.['how'] ?? 'tmt'
  if (typeof how !== 'string' || !['tmt', 'beakerlib', 'shell', 'beakerlib.tmt', 'shell.tmt'].includes(how))
    return `nobody knows how to execute by ${JSON.stringify(how)}`
  const url = files.find((file) => file.includes('://') || file.split('/').includes('..'))
  return url === undefined ? null : `it takes its environment from elsewhere: ${url.slice(0, 200)}`
}

/** Older plans name the framework where newer ones name the executor. */
const frameworkOf = ([phase]: readonly Data[]): TmtTest['framework'] =>
  String(phase?.['how']).startsWith('beakerlib') ? 'beakerlib' : 'shell'

/** Keys of a preparation that ask for what is not done here, and in which words. */
const unmet: Readonly<Record<string, string>> = {
  copr: 'it installs from Copr, which is no mirror of the distribution (prepare)',
  directory: 'it installs packages from a folder (prepare)',
  url: 'its scripts come from another repository (prepare)',
}

function unmetPreparation(phase: Data): string | null {
  const how = phase['how'] ?? 'shell'
  if (how !== 'shell' && how !== 'install')
    return `it prepares by ${JSON.stringify(how)}, which is not done here`
  const known = Object.keys(unmet).find((key) => phase[key] !== undefined)
  if (known !== undefined) return unmet[known] ?? null
  const packages: unknown = phase['package']
  const foreign = (Array.isArray(packages) ? (packages as unknown[]) : [packages]).find(
    (name) => name !== undefined && !(typeof name === 'string' && packageName.test(name)),
  )
  return foreign === undefined
    ? whyNotThePhase(phase)
    : `it installs ${JSON.stringify(foreign).slice(0, 200)}, which is no package's name (prepare)`
}

function unmetEnd(phase: Data): string | null {
  const how = phase['how'] ?? 'shell'
  return how === 'shell'
    ? whyNotThePhase(phase)
    : `it finishes by ${JSON.stringify(how)}, which is not done here`
}

function packagesOf(
  prepare: readonly Values[],
  tests: readonly TmtTest[],
): Pick<TmtPlan, 'packages' | 'recommended'> {
  const install = prepare.filter(({ data }) => data['how'] === 'install')
  const without = install.flatMap((phase) => textsOf(phase, 'exclude'))
  const isMust = ({ data }: Values): boolean => data['missing'] !== 'skip'
  const named = (phases: readonly Values[]): string[] => phases.flatMap((phase) => textsOf(phase, 'package'))
  const wanted = (names: readonly string[]): string[] =>
    [...new Set(names)].filter((name) => !without.includes(name))
  return {
    packages: wanted([...named(install.filter(isMust)), ...tests.flatMap((test) => test.packages)]),
    recommended: wanted([
      ...named(install.filter((phase) => !isMust(phase))),
      ...tests.flatMap((test) => test.recommended),
      ...(tests.some(({ framework }) => framework === 'beakerlib') ? ['beakerlib'] : []),
    ]),
  }
}

const inOrder = (phases: readonly Data[]): Data[] =>
  [...phases].sort((one, other) => Number(one['order'] ?? 50) - Number(other['order'] ?? 50))

const commandsOf = (data: Data, { refuse }: Values): string[] => textsOf({ data, refuse }, 'script')
