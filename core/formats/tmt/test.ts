/** A test of tmt, as a node of fmf or an entry of a plan declares it. Pure. */
import { slips, testKeys } from './keys.ts'
import { requirementsOf, type Library } from './requirements.ts'
import { plainPath } from './sources.ts'
import { readChecks, type KernelWatch } from './test-checks.ts'
import { durationOf } from './duration.ts'
import { environmentOf, flagOf, numberOf, textOf, textsOf, type Values } from './values.ts'

export const results = [
  'respect',
  'xfail',
  'pass',
  'info',
  'warn',
  'error',
  'fail',
  'custom',
  'restraint',
] as const

/** How a test is run and what its result means. */
export interface TmtTest {
  name: string
  /** Why it is not run; null: it is. */
  skip: string | null
  command: string
  /** `ansible`: a whole playbook, of another format than tmt's. */
  framework: 'shell' | 'beakerlib' | 'ansible'
  /** Folder that it runs in, from the root of the tree. */
  folder: string
  environment: Readonly<Record<string, string>>
  durationSeconds: number
  result: (typeof results)[number]
  restart: { codes: readonly number[]; most: number; reboots: boolean }
  packages: readonly string[]
  recommended: readonly string[]
  /** What must be there before it begins. */
  files: readonly string[]
  /** Patterns of files in its folder that are kept when it ends. */
  saves: readonly string[]
  /** What is made of what the kernel says meanwhile; null: nothing. */
  dmesg: KernelWatch | null
  /** Libraries that it requires, and those that it recommends. */
  wants: readonly Library[]
  wishes: readonly Library[]
  /** Folders of all libraries that it takes, from the root of the tree, by what tests call them. */
  libraries: Readonly<Record<string, string>>
  /** Root of the tree of metadata that it is of: '' is the repository's own. */
  tree: string
  /** What it asks for and does not get. */
  notes: readonly string[]
}

export interface TestDefaults {
  name: string
  folder: string
  tree: string
  duration: string
  framework: TmtTest['framework']
}

/** Reads a test; what is wrong with it is told to `values.refuse`. */
export function readTest(values: Values, defaults: TestDefaults): TmtTest {
  const { refuse } = values
  const require = requirementsOf(values, 'require')
  const recommend = requirementsOf(values, 'recommend')
  const checks = readChecks(values)
  const framework = textOf(values, 'framework') ?? defaults.framework
  const command = textOf(values, 'test') ?? ''
  if (command.trim() === '') refuse('test', 'test holds no command', 'write test: and a shell command')
  if (command.length > 65_536) refuse('test', 'test is too long', 'move the command into a file')
  return {
    name: defaults.name,
    skip: whyNot(values, framework, require.unmet),
    command,
    framework: framework === 'beakerlib' ? 'beakerlib' : 'shell',
    folder: folderOf(values) ?? defaults.folder,
    environment: environmentOf(values, 'environment'),
    durationSeconds: readDuration(values, defaults.duration),
    result: readResult(values),
    restart: readRestart(values),
    packages: require.packages,
    recommended: recommend.packages,
    files: require.files,
    saves: [],
    dmesg: checks.dmesg,
    wants: require.libraries,
    wishes: recommend.libraries,
    libraries: {},
    tree: defaults.tree,
    notes: notesOn(values, checks.unmet),
  }
}

function whyNot(values: Values, framework: string, unmet: string | null): string | null {
  if (flagOf(values, 'manual', false)) return 'it is for a human to do (manual)'
  if (framework !== 'shell' && framework !== 'beakerlib') return `nobody knows its framework ${framework}`
  if (unmet !== null) return `it requires ${unmet}`
  if (values.data['where'] !== undefined) return 'it is for one of several machines (where)'
  return null
}

function notesOn(values: Values, unmet: readonly string[]): string[] {
  return [
    ...(unmet.length > 0 ? [`it is run without its checks (${unmet.join(', ')})`] : []),
    ...(flagOf(values, 'tty', false) ? ['it is run without a terminal (tty)'] : []),
    ...slips(values.data, testKeys),
  ]
}

/** Of `path`, which counts from the root of the tree. */
function folderOf(values: Values): string | null {
  const path = textOf(values, 'path')
  if (path === null) return null
  const plain = plainPath(path)
  if (plain !== null) return plain
  values.refuse('path', 'path leads out of the tree', 'write a folder of it, such as /tests/smoke')
  return null
}

function readDuration(values: Values, otherwise: string): number {
  const text = textOf(values, 'duration') ?? otherwise
  const seconds = durationOf(text)
  if (seconds !== null && seconds > 0 && seconds <= 7 * 86_400) return seconds
  values.refuse(
    'duration',
    `duration cannot be ${JSON.stringify(text.slice(0, 80))}`,
    'write a time such as 10m or 1h 30m',
  )
  return 1
}

function readResult(values: Values): TmtTest['result'] {
  const text = textOf(values, 'result') ?? 'respect'
  const known = results.find((one) => one === text)
  if (known === undefined)
    values.refuse(
      'result',
      `result cannot be ${JSON.stringify(text.slice(0, 80))}`,
      `write one of ${results.join(', ')}`,
    )
  return known ?? 'respect'
}

function readRestart(values: Values): TmtTest['restart'] {
  const codes = textsOf(values, 'restart-on-exit-code').map(Number)
  if (!codes.every((code) => Number.isInteger(code) && code >= 0 && code <= 255))
    values.refuse(
      'restart-on-exit-code',
      'restart-on-exit-code holds no exit codes',
      'write numbers from 0 to 255',
    )
  const most = numberOf(values, 'restart-max-count', 1)
  if (most < 1 || most > 10)
    values.refuse('restart-max-count', `restart-max-count cannot be ${most}`, 'write a number from 1 to 10')
  return { codes, most, reboots: flagOf(values, 'restart-with-reboot', false) }
}
