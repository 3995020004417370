/** A repository as tmt sees it: its trees of fmf, each grown once, and their nodes as they are in a context. Pure. */
import type { Fault } from '../../check.ts'
import { adjust, BadRule } from '../fmf/adjust.ts'
import type { Context } from '../fmf/condition.ts'
import { isData } from '../fmf/merge.ts'
import { patterns, type Patterns } from '../fmf/pattern.ts'
import { growTree, type FmfFile, type FmfNode } from '../fmf/tree.ts'
import { limits } from '../limits.ts'
import { textOf, type Entry } from '../manifest-file.ts'
import { fmfConfig, fmfMarker, fmfRoot, isFmfFile } from '../manifest-name.ts'
import { readSource, type Source } from '../source.ts'
import type { Unfetched } from '../repository-context.ts'
import { asking, fetchedIn, inside, sourceFolderIn, type Asking, type Want } from './sources.ts'
import type { Values } from './values.ts'

/** A node with its values in a context. */
export interface AdjustedNode extends Values {
  name: string
  /** From the root of the repository. */
  folder: string
  /** Root of its tree of metadata: '' is the repository's own. */
  root: string
  /** Whether a rule that is for some other context says something of `enabled`. */
  mayChange: boolean
  because: string | null
}

export interface Project {
  patterns: Patterns
  /** The nodes of the tree whose root is the folder `root`, as they are in `context`; null: there is no tree. */
  nodes: (root: string, context: Context) => AdjustedNode[] | null
  /** Everything that was found wrong by now in the project's own files, each thing once. */
  faults: () => Fault[]
  /** What was found wrong by now in the source that the tree at `root` is of; null: nothing. */
  wrongWith: (root: string) => string | null
  /** For somebody who asks for sources: a plan. */
  asking: () => Asking
  texts: ReadonlyMap<string, string>
}

/** What a plan is read in. */
export interface Surroundings {
  project: Project
  context: Context
  want: Want
}

/** The project that `entries` hold, with what was fetched for it from elsewhere; what is not of fmf in them is passed over. */
export function openProject(entries: ReadonlyMap<string, Entry>, unfetched: Unfetched = new Map()): Project {
  const faults = new Map<string, Fault>()
  /** Others' mistakes are no reason to refuse a push: they are one to skip what needs them. */
  const foreign = new Map<string, string>()
  const refuse = (fault: Fault): void => {
    const folder = sourceFolderIn(fault.file)
    if (folder === null) faults.set(`${fault.file}:${fault.line}:${fault.column} ${fault.message}`, fault)
    else if (!foreign.has(folder))
      foreign.set(folder, `${fault.file.slice(folder.length + 1)}:${fault.line}: ${fault.message}`)
  }
  const fetched = fetchedIn(entries)
  const texts = new Map<string, string>()
  const roots = [...entries.keys()].map(fmfRoot).filter((root) => root !== null)
  const read = memoized((path: string) => readFile(path, entries, texts, refuse))
  const budget = patterns()
  const isSmall = memoized((folder: string) => isWithin(folder, entries, refuse))

  const grown = memoized((root: string): FmfNode[] => {
    if (!isSmall(sourceFolderIn(`${root}/`) ?? '')) return []
    const files = filesOf(root, roots, entries)
    const found = files.flatMap((path): FmfFile[] => {
      const source = read(path)
      return source ? [{ path: path.slice(root === '' ? 0 : root.length + 1), source }] : []
    })
    const tree = growTree(found, budget, hiddenOf(read(fmfConfig)?.data))
    for (const fault of tree.faults) refuse({ ...fault, file: inside(root, fault.file) })
    return tree.nodes
  })
  const nodesOf = memoized((key: string): AdjustedNode[] => {
    const [root, dimensions] = JSON.parse(key) as [string, [string, string[]][]]
    return grown(root).map((node) => adjusted(node, { root, context: new Map(dimensions), budget, refuse }))
  })
  return {
    patterns: budget,
    nodes: (root, context) => (roots.includes(root) ? nodesOf(JSON.stringify([root, [...context]])) : null),
    faults: () => [...faults.values()],
    wrongWith: (root) => foreign.get(sourceFolderIn(`${root}/`) ?? '') ?? null,
    asking: () => asking(fetched, unfetched),
    texts,
  }
}

function memoized<T>(make: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>()
  return (key) => {
    const found = known.has(key) ? (known.get(key) as T) : make(key)
    known.set(key, found)
    return found
  }
}

/** Of a tree: its metadata, but not what belongs to a tree inside of it. */
const filesOf = (root: string, roots: readonly string[], entries: ReadonlyMap<string, Entry>): string[] =>
  [...entries.keys()].filter(
    (path) =>
      path.endsWith('.fmf') &&
      path.startsWith(root === '' ? '' : `${root}/`) &&
      !roots.some((other) => other.length > root.length && path.startsWith(`${other}/`)),
  )

/** Of the project's own files, or of those of the source in `folder`. */
function isWithin(
  folder: string,
  entries: ReadonlyMap<string, Entry>,
  refuse: (fault: Fault) => void,
): boolean {
  const files = [...entries].filter(([path]) => isFmfFile(path) && (sourceFolderIn(path) ?? '') === folder)
  const bytes = files.reduce((sum, [, { size }]) => sum + size, 0)
  if (files.length <= limits.fmfFiles && bytes <= limits.fmfBytes) return true
  const message = `marks the root of ${files.length} files of metadata, of ${bytes} bytes in all`
  const mend = `keep to ${limits.fmfFiles} files and ${limits.fmfBytes} bytes`
  refuse({ file: inside(folder, fmfMarker), line: 1, column: 1, message, mend })
  return false
}

function readFile(
  path: string,
  entries: ReadonlyMap<string, Entry>,
  texts: Map<string, string>,
  refuse: (fault: Fault) => void,
): Source | null {
  const entry = entries.get(followed(path, entries))
  if (entry?.kind !== 'file') return null
  const { text, fault } = textOf(entry, path)
  if (fault) return (refuse(fault), null)
  texts.set(path, text)
  return readSource(text)
}

const mostLinks = 5

/** Where a link to other metadata leads, also one that a host without links made a file of. */
function followed(path: string, entries: ReadonlyMap<string, Entry>): string {
  let at = path
  for (let links = 0; links < mostLinks; links++) {
    const entry = entries.get(at)
    const target = entry?.bytes && entry.size < 1000 ? new TextDecoder().decode(entry.bytes).trim() : ''
    if (!/^[^\s:#]+\.fmf$/.test(target)) break
    at = resolved(at, target)
  }
  return at
}

function resolved(from: string, target: string): string {
  const parts = from.split('/').slice(0, -1)
  for (const part of target.split('/'))
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  return parts.join('/')
}

/** Names with a dot in front that .fmf/config wants to be looked at. */
function hiddenOf(config: unknown): string[] {
  const explore = isData(config) && isData(config['explore']) ? config['explore']['include'] : undefined
  return Array.isArray(explore) ? explore.filter((name) => typeof name === 'string') : []
}

interface Adjusting {
  root: string
  context: Context
  budget: Patterns
  refuse: (fault: Fault) => void
}

function adjusted(node: FmfNode, { root, context, budget, refuse }: Adjusting): AdjustedNode {
  const complain: Values['refuse'] = (key, message, mend) => {
    const place = node.place(key)
    refuse({ ...place, file: inside(root, place.file), message: `${node.name}: ${message}`, mend })
  }
  const common = { name: node.name, folder: inside(root, node.folder), root, refuse: complain }
  const { adjust: rules, ...plain } = node.data
  try {
    const { data, because } = adjust(node.data, context, budget)
    return { ...common, data, because, mayChange: aboutEnabled(rules) }
  } catch (error) {
    if (!(error instanceof BadRule)) throw error
    complain('adjust', error.message, 'write when: distro == fedora, or the like')
    return { ...common, data: plain, because: null, mayChange: false }
  }
}

const aboutEnabled = (rules: unknown): boolean =>
  (Array.isArray(rules) ? (rules as unknown[]) : [rules]).some(
    (rule) => isData(rule) && rule['enabled'] === true,
  )
