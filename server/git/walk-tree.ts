/** Every file of a commit's tree, one after the other, with bounds: a small repository can name trees without end. */
import fs from 'node:fs'
import git, { type TreeEntry } from 'isomorphic-git'
import { AppError } from '../../core/errors.ts'
import { limits } from '../../core/formats/limits.ts'

export interface WalkedEntry {
  /** From the root, with slashes. */
  path: string
  mode: string
  oid: string
  /** commit: a submodule. */
  type: 'blob' | 'commit'
}

interface Folder {
  prefix: string
  entries: TreeEntry[]
}

/** Walks in git's order, into the folders that `isEntered` lets it. Throws BAD_TREE for what no honest tree holds, and isomorphic-git's errors for what is missing. */
export async function* walkTree(
  gitdir: string,
  commit: string,
  isEntered: (folder: string) => boolean = () => true,
): AsyncGenerator<WalkedEntry> {
  const cache = {}
  const read = async (oid: string, prefix: string): Promise<Folder> => {
    const { tree } = await git.readTree({ fs, gitdir, oid, cache })
    return { prefix, entries: tree.reverse() }
  }
  const open = [await read(commit, '')]
  let seen = 0
  for (let folder = open.at(-1); folder; folder = open.at(-1)) {
    const entry = folder.entries.pop()
    if (!entry) {
      open.pop()
      continue
    }
    if ((seen += 1) > limits.treeFiles) throw badTree(`more than ${limits.treeFiles} files and folders`)
    if (!isHonest(entry.path)) throw badTree(`a file called ${JSON.stringify(entry.path)}`)
    const path = folder.prefix + entry.path
    if (entry.type !== 'tree') yield { path, mode: entry.mode, oid: entry.oid, type: entry.type }
    else if (!isEntered(path)) continue
    else if (open.length >= limits.treeDepth)
      throw badTree(`more than ${limits.treeDepth} folders in each other`)
    else open.push(await read(entry.oid, `${path}/`))
  }
}

/** A name that stays below its folder wherever it is unpacked. */
const isHonest = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && name.toLowerCase() !== '.git' && !/[/\0]/.test(name)

export const badTree = (holds: string): AppError =>
  new AppError('BAD_TREE', 422, `The tree of this commit holds ${holds}: push a smaller one.`)
