/** A plan that another repository has: all of it, with the variables and the context of the one that imports it. Pure. */
import { isData } from '../fmf/merge.ts'
import type { AdjustedNode, Surroundings } from './project.ts'
import { treeIn } from './sources.ts'
import { flagOf, textOf, type Values } from './values.ts'

/** Keys of an import that ask for what is not done here. */
const unmet = ['adjust-plans', 'scope', 'importing']
/** What is inherited unless a key says no, which is not done here either. */
const inherited = ['environment', 'context'] as const

/** The plan that `node` imports, or why there is none; `node` itself where it imports nothing. */
export function imported(node: AdjustedNode, how: Surroundings): AdjustedNode | string {
  const { plan } = node.data
  if (plan === undefined) return node
  if (!isData(plan) || !isData(plan['import'])) return 'it holds no import (plan)'
  const asked: Values = {
    data: plan['import'],
    refuse: (_, message, mend) => node.refuse('plan', message, mend),
  }
  const strange =
    unmet.find((key) => asked.data[key] !== undefined) ??
    inherited.map((key) => `inherit-${key}`).find((key) => !flagOf(asked, key, true))
  if (strange !== undefined) return `it imports a plan in a way that is not known here (${strange})`
  const tree = treeIn(asked, { ...how, root: node.root })
  if ('reason' in tree) return tree.reason
  const found = findPlan(asked, tree.root, how)
  return typeof found === 'string' ? found : withInherited(node, found)
}

/** By its name, or else the only one whose name the pattern is in. */
function findPlan(asked: Values, root: string, { project, context }: Surroundings): AdjustedNode | string {
  const name = textOf(asked, 'name') ?? ''
  const plans = (project.nodes(root, context) ?? []).filter(({ data }) => data['execute'] !== undefined)
  const named = plans.filter((one) => one.name === name || one.name === `/${name}`)
  const found = named.length > 0 ? named : plans.filter((one) => one.name.includes(name))
  const [only, ...more] = found
  if (more.length > 0)
    return `it imports ${name || 'a plan'}, which ${found.length} plans are called: write the whole name`
  if (only) return flagOf(only, 'enabled', true) ? only : `the plan ${only.name} that it imports is disabled`
  const wrong = project.wrongWith(root)
  return wrong === null
    ? `it imports the plan ${name || '/'}, which is not there`
    : `the plan that it imports cannot be read: ${wrong}`
}

/** Whoever imports has the last word on what is inherited; mistakes in the rest are those of the plan's own repository. */
function withInherited(node: AdjustedNode, found: AdjustedNode): AdjustedNode {
  const data = { ...found.data }
  for (const key of inherited) {
    const ours = node.data[key] ?? {}
    if (!isData(ours)) node.refuse(key, `${key} does not hold keys`, `write NAME: value below ${key}:`)
    else if (isData(data[key] ?? {})) data[key] = { ...(data[key] ?? {}), ...ours }
  }
  return { ...found, name: node.name, data }
}
