/** Reads the files of pushed commits that declare checks out of quarantine and says what is wrong with them. */
import type { CheckBounds } from '../core/check-bounds.ts'
import { limits } from '../core/formats/limits.ts'
import type { Entry } from '../core/formats/manifest-file.ts'
import {
  isFmfFile,
  isSourceMarker,
  isStiFile,
  manifestFile,
  mayUseMetadata,
  readFiles,
} from '../core/formats/manifest-name.ts'
import { showFaultsOf } from '../core/formats/show-faults.ts'
import type { PackageName } from '../core/names.ts'
import type { LookedAt, TreeEntry } from './look-at-tree.ts'
import { readObjects } from './read-objects.ts'
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
export function manifestJudge(repository: PackageName, bounds: CheckBounds): ManifestJudge {
  const git = simpleGit({ baseDir: process.cwd(), allowEnvironment: quarantine })
  const known = new Map<string, Promise<JudgedManifest>>()
  const read = async (found: LookedAt['declaring']): Promise<JudgedManifest> => {
    // Loaded while git reads.
    const fixed = [...found].filter(([path]) => readFiles.includes(path))
    const all = [...found.values()]
    const playbooks = all.filter(({ path }) => isStiFile(path) || isSourceMarker(path))
    const metadata = mayUseMetadata(found.keys()) ? all.filter(({ path }) => isFmfFile(path)) : []
    const [entries, texts, trees, { readRepository }] = await Promise.all([
      Promise.all(fixed.map(async ([path, entry]) => [path, await readEntry(entry)] as const)),
      readMany(playbooks),
      readMany(metadata),
      import('../core/formats/repository.ts'),
    ])
    const { faults, skipped, awaited, files, notes, ...reading } = readRepository(
      new Map([...entries, ...texts, ...trees]),
      { repository, bounds },
    )
    return {
      mistakes: faults.length === 0 ? null : showFaultsOf(faults, reading.texts),
      notes:
        files.length === 0
          ? [`there is no ${manifestFile}, no DEP-8, no tmt and no STI: nothing is registered`]
          : [
              ...skipped.map(({ name, reason }) => `check ${name} is skipped: ${reason}`),
              ...awaited.map(({ name, reason }) => `check ${name} is looked into once this is in: ${reason}`),
              ...notes,
            ],
    }
  }
  const readEntry = async (entry: TreeEntry) => {
    const isReadable = entry.kind === 'file' && entry.size <= limits.manifestBytes
    return { ...entry, bytes: isReadable ? await readBlob(entry) : null }
  }
  const readBlob = async ({ oid, size }: { oid: string; size: number }): Promise<Buffer> =>
    // Of an empty answer simple-git is not sure for a while.
    size === 0 ? Buffer.alloc(0) : ((await git.binaryCatFile(['blob', oid])) as Buffer)

  /** Files of which there may be many; more than are read at all are not even fetched. */
  const readMany = async (entries: readonly TreeEntry[]): Promise<[string, Entry][]> => {
    const isReadable = ({ kind, size }: TreeEntry): boolean =>
      (kind === 'file' || kind === 'link') && size <= limits.manifestBytes
    const bytes = entries.reduce((sum, { size }) => sum + size, 0)
    const isWithin = entries.length <= limits.fmfFiles && bytes <= limits.fmfBytes
    const blobs = await readObjects(
      isWithin ? [...new Set(entries.filter(isReadable).map(({ oid }) => oid))] : [],
    )
    return entries.map((entry) => [entry.path, { ...entry, bytes: blobs.get(entry.oid) ?? null }])
  }

  return (found) => {
    const key = [...found.values()].map(({ kind, oid, path }) => `${kind} ${oid} ${path}`).join('\n')
    const judging = known.get(key) ?? read(found)
    known.set(key, judging)
    return judging
  }
}
