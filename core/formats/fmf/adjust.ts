/** `adjust`: rules that change a node's values where the context is as they say. Pure. */
import { BadCondition, holds, type Context } from './condition.ts'
import { BadMerge, isData, merge, type Data } from './merge.ts'
import type { Patterns } from './pattern.ts'

export interface Adjusted {
  /** Without the rules. */
  data: Data
  /** Why the last rule that said something of `enabled` says so; null: no rule did, or none gave a reason. */
  because: string | null
}

/** A rule that cannot be applied, whatever the context. */
export class BadRule extends Error {}

/** Keys of a rule that are about the rule. */
const own = ['when', 'because', 'continue']

/** The node's values as they are in `context`. What the context does not decide is left as it is. Throws BadRule. */
export function adjust({ adjust: rules, ...data }: Data, context: Context, patterns: Patterns): Adjusted {
  let adjusted: Data = data
  let because: string | null = null
  for (const rule of asRules(rules)) {
    const changes = Object.fromEntries(Object.entries(rule).filter(([key]) => !own.includes(key)))
    if (!applies(rule, context, patterns)) continue
    try {
      adjusted = merge(adjusted, changes, patterns)
    } catch (error) {
      if (error instanceof BadMerge) throw new BadRule(`a rule of adjust cannot be applied: ${error.message}`)
      throw error
    }
    if ('enabled' in changes) because = typeof rule['because'] === 'string' ? rule['because'] : null
    if (rule['continue'] === false) break
  }
  return { data: adjusted, because }
}

function asRules(rules: unknown): readonly Data[] {
  if (rules === undefined || rules === null) return []
  const all: readonly unknown[] = Array.isArray(rules) ? rules : [rules]
  if (all.every(isData)) return all
  throw new BadRule('adjust is neither a rule nor a list of rules')
}

function applies({ when = true }: Data, context: Context, patterns: Patterns): boolean {
  try {
    return holds(when, context, patterns) === true
  } catch (error) {
    if (error instanceof BadCondition) throw new BadRule(`a rule of adjust has a when that ${error.message}`)
    throw error
  }
}
