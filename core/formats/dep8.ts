/** DEP-8, the tests of Debian's source packages: debian/tests/control as checks. Pure. */
import type { Dep8 } from '../../schemas/types.gen.ts'
import { withoutEnd } from '../ends.ts'
import type { Check, Fault, Reading } from '../check.ts'
import { fullName, kernelArch, type PackageName } from '../names.ts'
import { debianArchitectures, isForArchitecture } from './debian-architectures.ts'
import { readDeb822, type Field, type Stanza } from './deb822.ts'
import { asksFor, builtWith, strangeDepends } from './dep8-depends.ts'
import { didYouMean } from './did-you-mean.ts'

export interface Dep8Context {
  /** Where the control file stands. */
  file: string
  /** The package whose check repository it is; null at home, where nobody may know. */
  repository: PackageName | null
  /** debian/control of the source package, where the repository holds it. */
  source: string | null
}

const fields = [
  ...[
    'tests',
    'test-command',
    'restrictions',
    'features',
    'depends',
    'tests-directory',
    'classes',
    'architecture',
  ],
]
/** Those that are met by every machine, or by what the reader makes of them. */
const met = [
  ...[
    'allow-stderr',
    'breaks-testbed',
    'build-needed',
    'flaky',
    'isolation-container',
    'isolation-machine',
    'needs-internet',
  ],
  ...[
    'needs-reboot',
    'needs-recommends',
    'needs-root',
    'needs-sudo',
    'rw-build-tree',
    'skip-foreign-architecture',
  ],
  ...['skip-not-installable', 'skippable', 'superficial'],
]
const unmet: Readonly<Record<string, string>> = {
  'hint-testsuite-triggers':
    'it is never run: it only names packages that trigger the others (hint-testsuite-triggers)',
}

/** As in autopkgtest: 10 000 seconds for a test. */
const machine = { timeoutSeconds: 10_000, memoryMiB: 2048, cpus: 1, diskMiB: 8192 } as const
const namePattern = /^[A-Za-z0-9][A-Za-z0-9+._-]{0,127}$/

/** What `text` declares: every fault in it at once, or its checks and why others of its tests are skipped. */
export function readDep8(text: string, context: Dep8Context): Reading {
  const { stanzas, faults } = readDeb822(text)
  const wrong: Omit<Fault, 'file'>[] = [...faults]
  const found: Declared[] = []
  for (const stanza of stanzas) found.push(...declared(stanza, found, (fault) => wrong.push(fault)))
  if (stanzas.length === 0 && wrong.length === 0)
    wrong.push({
      line: 1,
      column: 1,
      message: 'declares no tests',
      mend: 'write a stanza such as Tests: smoke',
    })
  if (wrong.length > 0) {
    const inOrder = wrong.sort((one, other) => one.line - other.line || one.column - other.column)
    return { checks: [], faults: inOrder.map((fault) => ({ file: context.file, ...fault })), skipped: [] }
  }
  const names = uniqueNames(found)
  const checks: Check[] = []
  const skipped: Reading['skipped'] = []
  for (const [at, one] of found.entries()) {
    const name = names[at] ?? one.name
    const reason = whyNot(one)
    if (reason === null) checks.push(toCheck({ ...one, name }, context))
    else skipped.push({ name, reason })
  }
  return { checks, faults: [], skipped }
}

/** One test of a stanza. */
interface Declared {
  name: string
  kind: Dep8['kind']
  run: string
  restrictions: string[]
  depends: string
  architectures: string[]
  unknownField: string | null
}

function declared(
  stanza: Stanza,
  before: readonly Declared[],
  refuse: (fault: Omit<Fault, 'file'>) => void,
): Declared[] {
  const value = (name: string): string | null => stanza.get(name)?.value ?? null
  const place = (name: string): Field => stanza.get(name) ?? ([...stanza.values()][0] as Field)
  const fault = (name: string, message: string, mend: string): void => {
    const { line, column } = place(name)
    refuse({ line, column, message, mend })
  }
  const tests = value('tests')
  const command = value('test-command')
  if ((tests === null) === (command === null)) {
    const [first] = [...stanza.values()] as [Field]
    const meant = didYouMean(first.name, ['tests', 'test-command'])
    const message =
      tests === null
        ? 'a stanza has neither Tests nor Test-Command'
        : 'a stanza has both Tests and Test-Command'
    refuse({
      line: first.line,
      column: 1,
      message,
      mend: meant ? `write ${meant}: for ${first.name}:` : 'write one of the two',
    })
    return []
  }
  const depends = value('depends') ?? '@'
  for (const strange of strangeDepends(depends))
    fault(
      'depends',
      `Depends cannot hold ${JSON.stringify(strange.slice(0, 80))}`,
      'write packages such as curl, python3 (>= 3.9) | pypy3',
    )
  const restrictions = wordsOf(value('restrictions'))
  const common = {
    restrictions,
    depends: restrictions.includes('needs-recommends') ? `${depends}, @recommends@` : depends,
    architectures: wordsOf(value('architecture')),
    unknownField: [...stanza.values()].find(({ name }) => !fields.includes(name.toLowerCase()))?.name ?? null,
  }
  const feature = wordsOf(value('features'))
    .find((word) => word.startsWith('test-name='))
    ?.slice('test-name='.length)
  if (command !== null) {
    const number = before.filter(({ kind }) => kind === 'command').length + 1
    const name = feature ?? `command${number}`
    if (!namePattern.test(name))
      fault('features', `${JSON.stringify(name.slice(0, 80))} cannot be the name of a test`, namesMend)
    if (command.trim() === '') fault('test-command', 'Test-Command is empty', 'write a command for bash')
    return [{ name, kind: 'command', run: command.trim(), ...common }]
  }
  const names = wordsOf(tests)
  if (names.length === 0) fault('tests', 'Tests names no test', 'write names of files in debian/tests')
  const strange = names.filter((name) => !namePattern.test(name))
  for (const name of strange)
    fault('tests', `${JSON.stringify(name.slice(0, 80))} cannot be the name of a test`, namesMend)
  const folder = withoutEnd((value('tests-directory') ?? 'debian/tests').trim(), '/')
  if (/^\/|(^|\/)\.\.(\/|$)/.test(folder))
    fault(
      'tests-directory',
      'Tests-Directory leads out of the repository',
      'write a folder in it, such as debian/tests',
    )
  return names.map((name) => ({ name, kind: 'file', run: `${folder}/${name}`, ...common }))
}

const namesMend = 'write letters, digits, ".", "+", "_" and "-", without a slash'
const wordsOf = (text: string | null): string[] => (text ?? '').split(/[\s,]+/).filter(Boolean)

/** A test that several stanzas declare is a check of its own in each of them: NAME, NAME-2. */
function uniqueNames(found: readonly Declared[]): string[] {
  const counts = new Map<string, number>()
  return found.map(({ name }) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return count === 1 ? name : `${name}-${count}`
  })
}

/** Why the test cannot be run; null: it can. */
function whyNot({ unknownField, restrictions, architectures }: Declared): string | null {
  if (unknownField !== null) return `nobody knows its field ${unknownField}`
  const known = restrictions.find((word) => unmet[word] !== undefined)
  if (known !== undefined) return unmet[known] ?? null
  const unknown = restrictions.find((word) => !met.includes(word))
  if (unknown !== undefined) return `nobody knows its restriction ${unknown}`
  if (archesOf(architectures)?.length === 0)
    return `it is for no architecture that there are machines of: ${architectures.join(' ')}`
  return null
}

/** null: all. */
function archesOf(words: readonly string[]): string[] | null {
  if (words.length === 0 || words.includes('any')) return null
  return debianArchitectures.filter((arch) => isForArchitecture(arch, words)).map(kernelArch)
}

function toCheck(
  { name, kind, run, restrictions, depends, architectures }: Declared,
  { repository, source }: Dep8Context,
): Check {
  const has = (word: string): boolean => restrictions.includes(word)
  const user = has('needs-root') ? 'root' : has('needs-sudo') ? 'sudo' : 'normal'
  const [built] = source === null ? [] : readDeb822(source).stanzas
  const asked = has('build-needed') ? `${depends}, @builddeps@, fakeroot` : depends
  const needs = built ? asked.replaceAll('@builddeps@', builtWith(built)) : asked
  const all = user === 'sudo' ? `${needs}, passwd, sudo` : needs
  return {
    name,
    summary: null,
    run,
    image: null,
    install: asksFor(depends, '@'),
    packages: [],
    on: 'build',
    for: [repository ? fullName(repository) : '*/*'],
    arch: archesOf(architectures),
    network: has('needs-internet') ? 'internet' : 'mirror',
    ...machine,
    results: 'exit',
    rules: {
      unskippable: !has('skippable'),
      flaky: has('flaky'),
      superficial: has('superficial'),
      skipNotInstallable: has('skip-not-installable'),
    },
    dep8: {
      ...{ kind, user, allowStderr: has('allow-stderr'), depends: all.replaceAll(/\s+/g, ' ') },
      ...(source === null && { source: true }),
      ...(has('build-needed') && { build: true }),
    },
  }
}
