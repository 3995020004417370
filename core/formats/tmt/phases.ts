/** Steps of a plan come in phases: which of them apply, and what of them cannot be done. Pure. */
import { BadCondition, holds, type Context } from '../fmf/condition.ts'
import type { Data } from '../fmf/merge.ts'
import type { Project } from './project.ts'
import type { Values } from './values.ts'

/** Whether its `when` holds: one condition, or several of which one is enough. What cannot be decided does not apply. */
export function applies(
  { when }: Data,
  { refuse }: Values,
  { project, context }: { project: Project; context: Context },
): boolean {
  if (when === undefined || when === null) return true
  const conditions: readonly unknown[] = Array.isArray(when) ? when : [when]
  try {
    return conditions.some((condition) => holds(condition, context, project.patterns) === true)
  } catch (error) {
    if (!(error instanceof BadCondition)) throw error
    refuse('prepare', `a phase has a when that ${error.message}`, 'write when: distro == fedora, or the like')
    return false
  }
}

/** Why no single machine can do the phase; null: one can. */
export const whyNotThePhase = ({ where }: Data): string | null =>
  where === undefined ? null : 'it is for one of several machines (where)'
