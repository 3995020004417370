/** The plans of a repository's tmt project as checks: one for each, which gives a result for each of its tests. Pure. */
import type { Reading } from '../../check.ts'
import type { Context } from '../fmf/condition.ts'
import type { Entry } from '../manifest-file.ts'
import type { RepositoryContext } from '../repository-context.ts'
import { uniqueNames } from '../unique-names.ts'
import { anyContext } from './context.ts'
import { defaultPlan, isPlan, readPlan, type MachineVariables, type TmtPlan } from './plan.ts'
import { checkOfPlan, planNotes } from './plan-check.ts'
import type { TmtSource } from './sources.ts'
import { openProject, type AdjustedNode, type Project } from './project.ts'
import { flagOf } from './values.ts'

export interface TmtReading extends Reading {
  /** Sources that it takes tests, plans and libraries from, and that are not there. */
  sources: TmtSource[]
  /** What is known once sources have been fetched that are not there yet. */
  awaited: Reading['skipped']
  /** What is known to be run otherwise than asked for. */
  notes: string[]
  texts: ReadonlyMap<string, string>
}

/** What the project in `entries` declares; the caller knows that there is one. */
export function readTmt(
  entries: ReadonlyMap<string, Entry>,
  { repository, unfetched }: RepositoryContext,
): TmtReading {
  const project = openProject(entries, unfetched)
  const nodes = plansIn(project, anyContext)
  const plans = nodes.map((node) => {
    const sources = project.asking()
    const plan = readPlan(node, { project, context: anyContext, sources, machine: () => ({}) })
    return { ...plan, off: whyDisabled(node), sources }
  })
  const faults = project
    .faults()
    .sort((one, other) => (one.file < other.file ? -1 : one.file > other.file ? 1 : one.line - other.line))
  const { texts } = project
  const sources = plans.flatMap((plan) => plan.sources.wanted())
  const reading: TmtReading = {
    ...{ checks: [], skipped: [], awaited: [], faults, notes: [], texts, sources },
  }
  if (faults.length > 0) return reading
  const names = uniqueNames(plans.map(({ name }) => checkName(name)))
  if (plans.length === 0)
    reading.skipped.push({ name: 'tmt', reason: 'its metadata declares neither plans nor tests' })
  for (const [at, { off, sources: asked, ...plan }] of plans.entries()) {
    const name = names[at] ?? checkName(plan.name)
    const reason =
      off ?? plan.skip ?? plan.hardware.unmet ?? (plan.tests.length === 0 ? 'it finds no tests' : null)
    const isAwaited = off === null && asked.waits()
    if (reason !== null) (isAwaited ? reading.awaited : reading.skipped).push({ name, reason })
    else reading.checks.push(checkOfPlan(plan, { name, repository, source: { tmt: { plan: plan.name } } }))
    if (reason === null) reading.notes.push(...planNotes(name, plan))
  }
  return reading
}

/** The plan called `name` as it is in `context` and in a machine, or why it cannot be read. */
export function planIn(
  entries: ReadonlyMap<string, Entry>,
  name: string,
  context: Context,
  machine: MachineVariables,
): { plan: TmtPlan; reason: null } | { plan: null; reason: string } {
  const project = openProject(entries)
  const node = plansIn(project, context).find((one) => one.name === name)
  const plan = node && readPlan(node, { project, context, sources: project.asking(), machine })
  const [fault] = project.faults()
  if (fault) return { plan: null, reason: `${fault.file}:${fault.line}: ${fault.message}` }
  if (!node || !plan) return { plan: null, reason: `there is no plan ${name}` }
  const reason = disabled(node) ?? plan.skip ?? plan.hardware.unmet
  return reason === null ? { plan, reason } : { plan: null, reason }
}

function plansIn(project: Project, context: Context): AdjustedNode[] {
  const nodes = project.nodes('', context) ?? []
  const plans = nodes.filter(isPlan)
  if (plans.length > 0) return plans
  const [test] = nodes.filter(({ data }) => data['test'] !== undefined)
  const { refuse } = test ?? { refuse: () => undefined }
  const around = { folder: '', root: '', mayChange: false, because: null, refuse }
  return test ? [{ ...around, name: '/default/plan', data: defaultPlan }] : []
}

const disabled = (node: AdjustedNode): string | null =>
  flagOf(node, 'enabled', true)
    ? null
    : `it is disabled${node.because === null ? '' : `: ${node.because.replaceAll(/\s+/g, ' ').trim()}`}`

/** Where it depends on the build, that is found out when there is one. */
const whyDisabled = (node: AdjustedNode): string | null => (node.mayChange ? null : disabled(node))

/** /plans/smoke is tmt.plans-smoke. */
const checkName = (name: string): string =>
  `tmt.${
    name
      .replace(/^\/+/, '')
      .replaceAll(/[^A-Za-z0-9._+-]+/g, '-')
      .slice(0, 100) || 'root'
  }`
