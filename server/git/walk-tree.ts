/** Every file of a commit's tree, one after the other, with bounds: a small repository can name trees without end. */
import { AppError, NotFound } from '../../core/errors.ts'
import { limits } from '../../core/formats/limits.ts'
import type { ObjectReader } from './object-reader.ts'

export interface TreeEntry {
  name: string
  /** As git writes it today: 040000, 100644, 100755, 120000 or 160000. */
  mode: string
  oid: string
  /** commit: a submodule. */
  type: 'tree' | 'blob' | 'commit'
}

export interface WalkedEntry {
  /** From the root, with slashes. */
  path: string
  mode: string
  oid: string
  type: 'blob' | 'commit'
}

interface Folder {
  prefix: string
  entries: TreeEntry[]
}

/** Bytes of one folder's list: more than as many files with long names need. */
const folderBytes = 16 * 1024 ** 2

/** Walks in git's order, into the folders that `isEntered` lets it. Throws BAD_TREE for what no honest tree holds, and NOT_FOUND. */
export async function* walkTree(
  objects: ObjectReader,
  commit: string,
  isEntered: (folder: string) => boolean = () => true,
): AsyncGenerator<WalkedEntry> {
  const read = async (tree: string, prefix: string): Promise<Folder> => {
    const entries = await readTree(objects, tree)
    if (!entries) throw prefix === '' ? new NotFound('commit', commit) : new NotFound('folder', prefix)
    return { prefix, entries: entries.reverse() }
  }
  const open = [await read(`${commit}^{tree}`, '')]
  let seen = 0
  for (let folder = open.at(-1); folder; folder = open.at(-1)) {
    const entry = folder.entries.pop()
    if (!entry) {
      open.pop()
      continue
    }
    if ((seen += 1) > limits.treeFiles) throw badTree(`more than ${limits.treeFiles} files and folders`)
    if (!isHonest(entry.name)) throw badTree(`a file called ${JSON.stringify(entry.name)}`)
    const path = folder.prefix + entry.name
    if (entry.type !== 'tree') yield { path, mode: entry.mode, oid: entry.oid, type: entry.type }
    else if (!isEntered(path)) continue
    else if (open.length >= limits.treeDepth)
      throw badTree(`more than ${limits.treeDepth} folders in each other`)
    else open.push(await read(entry.oid, `${path}/`))
  }
}

/** What a tree lists, in git's order; `tree`: its id, or COMMIT^{tree}. null: there is no such tree. */
export async function readTree(objects: ObjectReader, tree: string): Promise<TreeEntry[] | null> {
  let found: TreeEntry[] | null = null
  for await (const object of objects.read([tree], folderBytes)) {
    if (object?.type !== 'tree') continue
    if (!object.bytes) throw badTree(`a folder whose list has more than ${folderBytes} bytes`)
    found = entriesIn(object.bytes)
  }
  return found
}

const idBytes = 20

/** MODE SPACE NAME NUL ID, again and again. */
function entriesIn(list: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = []
  for (let at = 0; at < list.length;) {
    const space = list.indexOf(0x20, at)
    const end = list.indexOf(0, space)
    if (space === -1 || end === -1 || end + idBytes >= list.length)
      throw badTree('a folder with a broken list')
    const kind = kindOf(list.toString('latin1', at, space))
    const oid = list.toString('hex', end + 1, end + 1 + idBytes)
    entries.push({ name: list.toString('utf8', space + 1, end), oid, ...kind })
    at = end + 1 + idBytes
  }
  return entries
}

/** Old gits wrote other permissions than git does today. */
function kindOf(mode: string): Pick<TreeEntry, 'mode' | 'type'> {
  if (/^0?4/.test(mode)) return { mode: '040000', type: 'tree' }
  if (mode.startsWith('1006')) return { mode: '100644', type: 'blob' }
  if (mode.startsWith('1007')) return { mode: '100755', type: 'blob' }
  if (mode.startsWith('120')) return { mode: '120000', type: 'blob' }
  if (mode.startsWith('160')) return { mode: '160000', type: 'commit' }
  throw badTree(`a file of mode ${JSON.stringify(mode.slice(0, 20))}`)
}

/** A name that stays below its folder wherever it is unpacked. */
const isHonest = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && name.toLowerCase() !== '.git' && !/[/\0]/.test(name)

export const badTree = (holds: string): AppError =>
  new AppError('BAD_TREE', 422, `The tree of this commit holds ${holds}: push a smaller one.`)
