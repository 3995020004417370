/** The tree of a pushed commit, before anything reads files of it: is it one that can be handed to a machine? */
import { limits } from '../core/formats/limits.ts'
import { staysInside } from '../core/formats/tree-links.ts'
import { unreadFormat } from '../core/formats/unread.ts'
import { isRead } from '../core/formats/manifest-name.ts'
import { gitRecords } from './git-records.ts'

export interface TreeEntry {
  kind: 'file' | 'link' | 'folder' | 'submodule'
  oid: string
  size: number
  path: string
}

export interface LookedAt {
  /** What stands where files that declare checks are due, by path. */
  declaring: Map<string, TreeEntry>
  /** Why no machine could have this tree; null: it can. */
  refusal: string | null
  /** What the pusher should know. */
  notes: string[]
}

/** More of a kind are counted, not named. */
const named = 10
const longestLink = 4_096

/** Looks at every entry of `commit`'s tree, or at enough of them to refuse it. */
export async function lookAtTree(commit: string): Promise<LookedAt> {
  const looked: LookedAt = { declaring: new Map(), refusal: null, notes: [] }
  const links: TreeEntry[] = []
  const leftOut: string[] = []
  const alike = new Map<string, string>()
  const clashes: string[] = []
  let files = 0
  let bytes = 0
  for await (const entry of entries(commit)) {
    files += 1
    bytes += entry.size
    looked.refusal = tooMuch(files, bytes, entry.path)
    if (looked.refusal !== null) return looked
    const other = alike.get(folded(entry.path))
    if (other === undefined) alike.set(folded(entry.path), entry.path)
    else clashes.push(`${other} and ${entry.path}`)
    if (isRead(entry.path)) looked.declaring.set(entry.path, entry)
    if (entry.kind === 'link') links.push(entry)
    if (entry.kind === 'submodule') leftOut.push(`${entry.path} (a submodule)`)
    const unread = unreadFormat(entry.path)
    if (unread) looked.notes.push(`${unread.name}: ${unread.reason}`)
  }
  if (links.length > limits.treeLinks) {
    looked.refusal = `its tree has ${links.length} symbolic links, more than ${limits.treeLinks}`
    return looked
  }
  for (const path of await linksThatLeave(links)) leftOut.push(`${path} (a link that leads out of the tree)`)
  if (clashes.length > 0)
    looked.notes.push(
      `not everywhere two files, for they differ only in upper and lower case or in how letters are encoded: ${listed(clashes)}`,
    )
  if (leftOut.length > 0) looked.notes.push(`left out in the machine: ${listed(leftOut)}`)
  return looked
}

/** As file systems see a path that keep no two such apart, as on macOS and Windows. */
const folded = (path: string): string => path.normalize('NFC').toLowerCase()

function tooMuch(files: number, bytes: number, path: string): string | null {
  if (files > limits.treeFiles) return `its tree has more than ${limits.treeFiles} files and folders`
  if (bytes > limits.treeBytes)
    return `the files of its tree have more than ${limits.treeBytes / 1024 ** 2} MiB`
  if (path.split('/').length > limits.treeDepth)
    return `its tree has more than ${limits.treeDepth} folders in each other`
  return null
}

/** Folders too, so that a tree of nothing but folders is as bounded as one of files. */
async function* entries(commit: string): AsyncGenerator<TreeEntry> {
  const args = ['ls-tree', '-r', '-t', '-l', '-z', '--full-tree', commit]
  for await (const record of gitRecords({ args, separator: '\0' })) {
    const tab = record.indexOf('\t')
    const [mode = '', type = '', oid = '', size = ''] = record.slice(0, tab).split(/ +/)
    yield { kind: kindOf(mode, type), oid, size: Number(size) || 0, path: record.slice(tab + 1) }
  }
}

function kindOf(mode: string, type: string): TreeEntry['kind'] {
  if (type === 'tree') return 'folder'
  if (type === 'commit') return 'submodule'
  return mode === '120000' ? 'link' : 'file'
}

/** Paths of those whose target is elsewhere. */
async function linksThatLeave(links: readonly TreeEntry[]): Promise<string[]> {
  const targets = await readLinks(links.filter(({ size }) => size <= longestLink))
  return links.filter(({ path, oid }) => !staysInside(path, targets.get(oid) ?? '')).map(({ path }) => path)
}

/** First lines of targets, by object: good enough for a note, what is handed over is decided when it is. */
async function readLinks(links: readonly TreeEntry[]): Promise<Map<string, string>> {
  const targets = new Map<string, string>()
  if (links.length === 0) return targets
  const input = links.map(({ oid }) => `${oid}\n`).join('')
  let oid: string | null = null
  for await (const line of gitRecords({ args: ['cat-file', '--batch'], separator: '\n', input })) {
    const header = /^([0-9a-f]{40}) blob \d+$/.exec(line)
    if (header) oid = header[1] ?? null
    else if (oid !== null && !targets.has(oid)) targets.set(oid, line)
  }
  return targets
}

const listed = (names: readonly string[]): string =>
  names.length > named
    ? `${names.slice(0, named).join(', ')} and ${names.length - named} more`
    : names.join(', ')
