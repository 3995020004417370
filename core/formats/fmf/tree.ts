/** A tree of fmf: nodes from folders, files and keys that begin with a slash, each with what it inherits. Pure. */
import type { Fault } from '../../check.ts'
import type { Source } from '../source.ts'
import { BadMerge, isData, merge, splitKey, type Data } from './merge.ts'
import type { Patterns } from './pattern.ts'

/** A file of the tree, at a path from its root. */
export interface FmfFile {
  path: string
  source: Source
}

export interface FmfNode {
  /** From the root, with slashes in front: /tests/smoke. */
  name: string
  data: Data
  /** Of the last file that says something of the node, from the root: '' is the root. */
  folder: string
  /** Where `key` of the node is set, or else the node itself. */
  place: (key: string) => Place
}

type Place = Pick<Fault, 'file' | 'line' | 'column'>

export interface FmfTree {
  /** Those that are meant to be used: leaves, and what says select: true. In the order of the files. */
  nodes: FmfNode[]
  faults: Fault[]
}

export const limits = { nodes: 5_000, depth: 50, inherited: 200_000 }

/** Grows the tree that `files` declare. `hidden`: names with a dot in front that are looked at all the same. */
export function growTree(
  files: readonly FmfFile[],
  patterns: Patterns,
  hidden: readonly string[] = [],
): FmfTree {
  const grower = growing()
  for (const file of inOrder(files.filter(({ path }) => isSeen(path, hidden)))) grower.add(file)
  if (grower.faults.length > 0) return { nodes: [], faults: grower.faults }
  return inherited(grower.root, patterns)
}

const isSeen = (path: string, hidden: readonly string[]): boolean =>
  path.split('/').every((part) => !part.startsWith('.') || hidden.includes(part))

/** Of a folder main.fmf comes first, then its other files, then its folders. */
const inOrder = (files: readonly FmfFile[]): FmfFile[] =>
  files
    .map((file) => ({ file, key: sortKey(file.path) }))
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ file }) => file)

const sortKey = (path: string): string =>
  path
    .split('/')
    .map((part, at, parts) =>
      at < parts.length - 1 ? `2${part}` : part === 'main.fmf' ? '0' : `1${part.replace(/\.fmf$/, '')}`,
    )
    .join('\0')

interface Section {
  file: FmfFile
  /** Keys that lead to it in its file. */
  path: readonly string[]
  data: Data
}

interface Draft {
  name: string
  children: Map<string, Draft>
  sections: Section[]
  inherits: boolean
  select: boolean | null
}

const newDraft = (name: string): Draft => ({
  ...{ name, children: new Map(), sections: [], inherits: true, select: null },
})

/** Takes files one after the other; those that come later change what was said before. */
function growing() {
  const root = newDraft('/')
  const faults: Fault[] = []
  let count = 1

  const refuse = ({ file, path }: Pick<Section, 'file' | 'path'>, message: string, mend: string): void => {
    faults.push({ file: file.path, ...file.source.at(path, 'value'), message, mend })
  }

  /** The draft that `names` lead to from `draft`; null, having said so, where that is too far. */
  function descend(
    draft: Draft,
    names: readonly string[],
    from: Pick<Section, 'file' | 'path'>,
  ): Draft | null {
    let found = draft
    for (const name of names) {
      const known = found.children.get(name)
      if (!known && (count += 1) > limits.nodes) {
        if (count === limits.nodes + 1)
          refuse(from, `is one of more than ${limits.nodes} nodes`, 'declare fewer')
        return null
      }
      const next = known ?? newDraft(found.name === '/' ? `/${name}` : `${found.name}/${name}`)
      found.children.set(name, next)
      found = next
    }
    if (found.name.split('/').length <= limits.depth) return found
    refuse(from, `is more than ${limits.depth} nodes deep`, 'nest less')
    return null
  }

  function update(draft: Draft, section: Section): void {
    const own: [string, unknown][] = []
    for (const [key, value] of Object.entries(section.data)) {
      const below = { file: section.file, path: [...section.path, key] }
      if (key === '/') direct(draft, value, below)
      else if (key.startsWith('/')) grow(draft, key.split('/').filter(Boolean), { ...below, value })
      else own.push([key, value])
    }
    draft.sections.push({ ...section, data: Object.fromEntries(own) })
  }

  /** `/:` is about the node itself. */
  function direct(draft: Draft, value: unknown, from: Pick<Section, 'file' | 'path'>): void {
    const { inherit = true, select = null, ...others } = isData(value) ? value : { unknown: value }
    const isRead = typeof inherit === 'boolean' && (select === null || typeof select === 'boolean')
    if (!isRead || Object.keys(others).length > 0)
      refuse(from, '/ takes inherit and select, true or false', 'write / with one of the two below it')
    else {
      draft.inherits = inherit
      draft.select = select
    }
  }

  function grow(
    draft: Draft,
    names: readonly string[],
    { value, ...from }: Pick<Section, 'file' | 'path'> & { value: unknown },
  ): void {
    const node = descend(draft, names, from)
    if (!node) return
    if (isData(value)) update(node, { ...from, data: value })
    // A name alone is a node that inherits everything.
    else if (value === null || value === undefined) node.sections.push({ ...from, data: {} })
    else refuse(from, 'holds a value where keys are due', 'write keys such as test: below it')
  }

  function add(file: FmfFile): void {
    const { data, faults: wrong } = file.source
    faults.push(...wrong.map((fault) => ({ file: file.path, ...fault })))
    if (wrong.length > 0) return
    const parts = file.path.replace(/\.fmf$/, '').split('/')
    const names = parts.at(-1) === 'main' ? parts.slice(0, -1) : parts
    // A file of comments is no node.
    if (data !== null && data !== undefined) grow(root, names, { file, path: [], value: data })
  }

  return { root, faults, add }
}

interface Above {
  data: Data
  folder: string
  /** null: nobody above sets the key. */
  place: (key: string) => Place | null
}

function inherited(root: Draft, patterns: Patterns): FmfTree {
  const nodes: FmfNode[] = []
  const faults: Fault[] = []
  let left = limits.inherited

  const visit = (draft: Draft, above: Above): void => {
    const from = draft.inherits ? above : { ...above, data: {} }
    const place: Above['place'] = (key) => placeIn(draft.sections, key) ?? above.place(key)
    const own = Object.assign({}, ...draft.sections.map(({ data }) => data)) as Data
    left -= Object.keys(from.data).length + Object.keys(own).length
    let data: Data
    try {
      data = merge(from.data, own, patterns)
    } catch (error) {
      if (!(error instanceof BadMerge)) throw error
      faults.push({
        ...(place(error.key) ?? nowhere),
        message: error.message,
        mend: 'write the whole value, without a suffix',
      })
      return
    }
    if (left < 0) return
    const folder = folderOf(draft.sections.at(-1)) ?? above.folder
    if (draft.select ?? (draft.children.size === 0 && draft.sections.length > 0))
      nodes.push({ name: draft.name, data, folder, place: (key) => place(key) ?? placeOf(draft) })
    for (const child of draft.children.values()) visit(child, { data, folder, place })
  }
  visit(root, { data: {}, folder: '', place: () => null })
  if (left >= 0) return { nodes, faults }
  const mend = 'set fewer keys where many nodes inherit them'
  return { nodes: [], faults: [{ ...nowhere, message: 'the tree inherits too much to be read', mend }] }
}

const folderOf = (section: Section | undefined): string | null =>
  section ? section.file.path.split('/').slice(0, -1).join('/') : null

/** Where the last of `sections` that has `key`, with whatever suffix, has it. */
function placeIn(sections: readonly Section[], key: string): Place | null {
  const { name } = splitKey(key)
  for (const { file, path, data } of [...sections].reverse()) {
    const found = Object.keys(data).find((own) => splitKey(own).name === name)
    if (found !== undefined) return { file: file.path, ...file.source.at([...path, found], 'value') }
  }
  return null
}

const nowhere: Place = { file: 'main.fmf', line: 1, column: 1 }

function placeOf({ sections }: Draft): Place {
  const own = sections.at(-1)
  return own ? { file: own.file.path, ...own.file.source.at(own.path, 'key') } : nowhere
}
