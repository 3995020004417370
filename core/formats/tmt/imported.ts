/** A plan that another repository has: found there, and with what the one that imports it says on top. Pure. */
import { isData, type Data } from '../fmf/merge.ts'
import type { AdjustedNode, Surroundings } from './project.ts'
import { folderOf, inside, plainPath, sourceOf } from './sources.ts'
import { textOf, type Values } from './values.ts'

/** Keys of an import that ask for what is not done here. */
const unmet = ['adjust-plans', 'scope', 'importing']

/** The plan that `node` imports, or why there is none; `node` itself where it imports nothing. */
export function imported(node: AdjustedNode, how: Surroundings): AdjustedNode | string {
  const { plan } = node.data
  if (plan === undefined) return node
  if (!isData(plan) || !isData(plan['import'])) return 'it holds no import (plan)'
  const asked: Values = {
    data: plan['import'],
    refuse: (_, message, mend) => node.refuse('plan', message, mend),
  }
  const strange = unmet.find((key) => asked.data[key] !== undefined)
  if (strange !== undefined) return `it imports a plan in a way that is not known here (${strange})`
  const root = rootOf(asked, node, how)
  if ('reason' in root) return root.reason
  const found = findPlan(asked, root.root, how)
  return typeof found === 'string' ? found : onTop(node, found)
}

function rootOf(
  asked: Values,
  { root }: AdjustedNode,
  { want }: Surroundings,
): { root: string } | { reason: string } {
  const path = plainPath(textOf(asked, 'path') ?? '')
  if (path === null) return { reason: 'it imports from a folder that leads out of the tree (path)' }
  if (asked.data['url'] === undefined || asked.data['url'] === null) return { root: inside(root, path) }
  const source = sourceOf(asked)
  if (typeof source === 'string') return { reason: source }
  const lacking = want(source)
  return lacking === null
    ? { root: inside(folderOf(source), path) }
    : { reason: `it is imported from elsewhere: ${lacking}` }
}

/** By its name, or else the only one whose name the pattern is in. */
function findPlan(asked: Values, root: string, { project, context }: Surroundings): AdjustedNode | string {
  const name = textOf(asked, 'name') ?? ''
  const nodes = project.nodes(root, context)
  const wrong = project.wrongWith(root)
  if (wrong !== null) return `the plan that it imports cannot be read: ${wrong}`
  const plans = (nodes ?? []).filter(({ data }) => data['execute'] !== undefined)
  const named = plans.filter((one) => one.name === name || one.name === `/${name}`)
  const found = named.length > 0 ? named : plans.filter((one) => one.name.includes(name))
  const [only, ...more] = found
  if (!only) return `it imports the plan ${name || '/'}, which is not there`
  return more.length === 0
    ? only
    : `it imports ${name || 'a plan'}, which ${found.length} plans are called: write the whole name`
}

/** What both say, whoever imports has the last word on. */
function onTop(node: AdjustedNode, found: AdjustedNode): AdjustedNode {
  const own = Object.fromEntries(Object.entries(node.data).filter(([key]) => key !== 'plan'))
  const joined = (key: string): Data => {
    const [theirs, ours] = [found.data[key], node.data[key]]
    if (!isData(theirs) || !isData(ours)) return {}
    return { [key]: { ...theirs, ...ours } }
  }
  const data = { ...found.data, ...own, ...joined('environment'), ...joined('context') }
  return { ...node, data, root: found.root, folder: found.folder }
}
