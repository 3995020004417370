/** The playbooks of a repository (Standard Test Interface) as checks: one for each, which gives a result per test. Pure. */
import type { Check, Reading } from '../../check.ts'
import { fullName, type PackageName } from '../../names.ts'
import { textOf, type Entry } from '../manifest-file.ts'
import { isStiFile } from '../manifest-name.ts'
import { readSource } from '../source.ts'
import { readPlaybook, type PlaybookReading } from './playbook.ts'

/** More than any package has. */
export const mostPlaybooks = 20

/** Beside its tests a playbook has time to prepare. */
const around = { seconds: 30 * 60, most: 86_400 }

export interface StiReading extends Reading {
  notes: string[]
  texts: ReadonlyMap<string, string>
}

/** What the playbooks among `entries` declare. One that cannot be run is skipped with the reason, never refused. */
export function readSti(
  entries: ReadonlyMap<string, Entry>,
  { repository }: { repository: PackageName | null },
): StiReading {
  const reading: StiReading = { checks: [], skipped: [], faults: [], notes: [], texts: new Map() }
  const texts = new Map<string, string>()
  const paths = [...entries.keys()].filter(isStiFile).sort()
  for (const path of paths.slice(0, mostPlaybooks)) {
    const entry = entries.get(path)
    const { text, fault } = entry ? textOf(entry, path) : { text: null, fault: null }
    if (text !== null) texts.set(path, text)
    const name = checkName(path)
    const { plan, reason } =
      text === null ? { plan: null, reason: fault?.message ?? '' } : playbookIn(path, text)
    if (!plan) {
      reading.skipped.push({ name, reason })
      continue
    }
    reading.checks.push(toCheck(name, path, plan, repository))
    for (const test of plan.tests)
      if (test.skip !== null) reading.notes.push(`check ${name}: test ${test.name} is skipped: ${test.skip}`)
  }
  if (paths.length > mostPlaybooks)
    reading.skipped.push({
      name: 'sti',
      reason: `there are ${paths.length} playbooks, of which ${mostPlaybooks} are read`,
    })
  return { ...reading, texts }
}

/** The plan that the playbook `text`, at `path`, is. */
export function playbookIn(path: string, text: string): PlaybookReading {
  const { data, faults } = readSource(text)
  const [fault] = faults
  return fault ? { plan: null, reason: `line ${fault.line} ${fault.message}` } : readPlaybook(path, data)
}

/** tests/tests_python.yml is sti.tests_python. */
const checkName = (path: string): string =>
  `sti.${path
    .replace(/^tests\//, '')
    .replace(/\.ya?ml$/, '')
    .replaceAll(/[^A-Za-z0-9._+-]+/g, '-')
    .slice(0, 100)}`

function toCheck(
  name: string,
  path: string,
  { tests, hardware }: NonNullable<PlaybookReading['plan']>,
  repository: PackageName | null,
): Check {
  const runs = tests.filter(({ skip }) => skip === null)
  const seconds = runs.reduce((sum, test) => sum + test.durationSeconds, around.seconds)
  return {
    name,
    summary: `${path} (${runs.length === 1 ? '1 test' : `${runs.length} tests`})`,
    run: path,
    image: null,
    install: true,
    packages: [],
    on: 'build',
    for: [repository ? fullName(repository) : '*/*'],
    arch: null,
    network: 'mirror',
    timeoutSeconds: Math.min(seconds, around.most),
    ...{ memoryMiB: hardware.memoryMiB, cpus: hardware.cpus, diskMiB: hardware.diskMiB },
    results: 'exit',
    rules: { unskippable: true },
    sti: { playbook: path },
  }
}
