/** The playbooks of a repository (Standard Test Interface) as checks: one for each, which gives a result per test. Pure. */
import type { Reading } from '../../check.ts'
import { textOf, type Entry } from '../manifest-file.ts'
import { isStiFile } from '../manifest-name.ts'
import { readSource } from '../source.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { checkOfPlan, planNotes } from '../tmt/plan-check.ts'
import { anyContext } from '../tmt/context.ts'
import { openProject, type Surroundings } from '../tmt/project.ts'
import type { TmtSource } from '../tmt/sources.ts'
import { readPlaybook, type PlaybookReading } from './playbook.ts'

/** More than any package has. */
export const mostPlaybooks = 20

export interface StiReading extends Reading {
  /** Other repositories that it takes tests from, and that are not there. */
  sources: TmtSource[]
  /** What is known once they have been fetched. */
  awaited: Reading['skipped']
  notes: string[]
  texts: ReadonlyMap<string, string>
}

/** What the playbooks among `entries` declare. One that cannot be run is skipped with the reason, never refused. */
export function readSti(
  entries: ReadonlyMap<string, Entry>,
  { repository, unfetched }: RepositoryContext,
): StiReading {
  const texts = new Map<string, string>()
  const reading: StiReading = {
    ...{ checks: [], skipped: [], awaited: [], faults: [], notes: [], texts, sources: [] },
  }
  const project = openProject(entries, unfetched)
  const paths = [...entries.keys()].filter(isStiFile).sort()
  for (const path of paths.slice(0, mostPlaybooks)) {
    const name = checkName(path)
    const entry = entries.get(path)
    const { text, fault } = entry ? textOf(entry, path) : { text: null, fault: null }
    if (text !== null) texts.set(path, text)
    const sources = project.asking()
    const around = { project, context: anyContext, want: sources.want }
    const { plan, reason } =
      text === null ? { plan: null, reason: fault?.message ?? '' } : playbookIn(path, text, around)
    reading.sources.push(...sources.wanted())
    if (!plan && sources.waits()) reading.awaited.push({ name, reason })
    else if (plan) {
      reading.checks.push(checkOfPlan(plan, { name, repository, source: { sti: { playbook: path } } }))
      reading.notes.push(...planNotes(name, plan))
    } else reading.skipped.push({ name, reason })
  }
  if (paths.length > mostPlaybooks)
    reading.skipped.push({
      name: 'sti',
      reason: `there are ${paths.length} playbooks, of which ${mostPlaybooks} are read`,
    })
  return reading
}

/** The plan that the playbook `text`, at `path`, is. */
export function playbookIn(path: string, text: string, surroundings: Surroundings): PlaybookReading {
  const { data, faults } = readSource(text)
  const [fault] = faults
  return fault
    ? { plan: null, reason: `line ${fault.line} ${fault.message}` }
    : readPlaybook(path, data, surroundings)
}

/** tests/tests_python.yml is sti.tests_python. */
const checkName = (path: string): string =>
  `sti.${path
    .replace(/^tests\//, '')
    .replace(/\.ya?ml$/, '')
    .replaceAll(/[^A-Za-z0-9._+-]+/g, '-')
    .slice(0, 100)}`
