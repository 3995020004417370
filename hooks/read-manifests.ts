/** Reads the files of pushed commits that declare checks out of quarantine and says what is wrong with them. */
import { limits } from '../core/formats/limits.ts'
import { manifestFile } from '../core/formats/manifest-name.ts'
import { printable, showFaultsOf } from '../core/formats/show-faults.ts'
import type { PackageName } from '../core/names.ts'
import type { LookedAt, TreeEntry } from './look-at-tree.ts'
import { simpleGit } from './simple-git.ts'

export interface JudgedManifest {
  /** Every mistake in it, as text; null: it is taken. */
  mistakes: string | null
  notes: string[]
}

/** simple-git takes git's own variables away unless they are named: these lead to what is in quarantine. */
const quarantine = [
  'GIT_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_QUARANTINE_PATH',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CONFIG_GLOBAL',
]

export type ManifestJudge = (found: LookedAt['declaring']) => Promise<JudgedManifest>

/** A judge of manifests, which reads each once however many branches hold it. */
export function manifestJudge(repository: PackageName): ManifestJudge {
  const git = simpleGit({ baseDir: process.cwd(), allowEnvironment: quarantine })
  const known = new Map<string, Promise<JudgedManifest>>()
  const read = async (found: LookedAt['declaring']): Promise<JudgedManifest> => {
    // Loaded while git reads.
    const [entries, { readRepository }] = await Promise.all([
      Promise.all([...found].map(async ([path, entry]) => [path, await readEntry(entry)] as const)),
      import('../core/formats/repository.ts'),
    ])
    const { faults, texts, skipped, files } = readRepository(new Map(entries), { repository })
    return {
      mistakes: faults.length === 0 ? null : showFaultsOf(faults, texts),
      notes:
        files.length === 0
          ? [`there is no ${manifestFile} and no DEP-8: nothing is registered`]
          : skipped.map(({ name, reason }) => `check ${printable(name)} is skipped: ${printable(reason)}`),
    }
  }
  const readEntry = async (entry: TreeEntry) => {
    const isReadable = entry.kind === 'file' && entry.size <= limits.manifestBytes
    return { ...entry, bytes: isReadable ? await readBlob(entry) : null }
  }
  const readBlob = async ({ oid, size }: { oid: string; size: number }): Promise<Buffer> =>
    // Of an empty answer simple-git is not sure for a while.
    size === 0 ? Buffer.alloc(0) : ((await git.binaryCatFile(['blob', oid])) as Buffer)

  return (found) => {
    const key = [...found.values()].map(({ kind, oid, path }) => `${kind} ${oid} ${path}`).join('\n')
    const judging = known.get(key) ?? read(found)
    known.set(key, judging)
    return judging
  }
}
