/** Reads checks.yaml of pushed commits out of quarantine and says what is wrong with them. */
import { limits } from '../core/formats/limits.ts'
import { manifestFile } from '../core/formats/manifest-name.ts'
import { printable, showFaults } from '../core/formats/show-faults.ts'
import type { PackageName } from '../core/names.ts'
import type { LookedAt } from './look-at-tree.ts'
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

export type ManifestJudge = (found: LookedAt['manifest']) => Promise<JudgedManifest>

/** A judge of manifests, which reads each once however many branches hold it. */
export function manifestJudge(repository: PackageName): ManifestJudge {
  const git = simpleGit({ baseDir: process.cwd(), allowEnvironment: quarantine })
  const known = new Map<string, Promise<JudgedManifest>>()
  const read = async (found: LookedAt['manifest']): Promise<JudgedManifest> => {
    const isReadable = found?.kind === 'file' && found.size <= limits.manifestBytes
    // Loaded while git reads.
    const [bytes, { readManifestFile }] = await Promise.all([
      isReadable ? readBlob(found) : null,
      import('../core/formats/manifest-file.ts'),
    ])
    const entry = found && { ...found, bytes }
    const { text, ...judged } = readManifestFile(entry, { repository })
    const count = judged.faults.length
    return {
      mistakes:
        count === 0
          ? null
          : `${manifestFile} has ${count === 1 ? 'a mistake' : `${count} mistakes`}:\n\n${showFaults(judged.faults, text)}`,
      notes: found
        ? judged.skipped.map(({ name, reason }) => `check ${name} is skipped: ${printable(reason)}`)
        : [`there is no ${manifestFile}: nothing is registered`],
    }
  }
  const readBlob = async ({ oid, size }: { oid: string; size: number }): Promise<Buffer> =>
    // Of an empty answer simple-git is not sure for a while.
    size === 0 ? Buffer.alloc(0) : ((await git.binaryCatFile(['blob', oid])) as Buffer)

  return (found) => {
    const key = found ? `${found.kind} ${found.oid}` : ''
    const judging = known.get(key) ?? read(found)
    known.set(key, judging)
    return judging
  }
}
