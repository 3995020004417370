/** Reads checks.yaml of pushed commits out of quarantine and says what is wrong with them. */
import { simpleGit } from 'simple-git'
import { readManifestFile } from '../core/formats/manifest-file.ts'
import { limits } from '../core/formats/limits.ts'
import { manifestFile } from '../core/formats/native.ts'
import { printable, showFaults } from '../core/formats/show-faults.ts'
import type { PackageName } from '../core/names.ts'
import type { LookedAt } from './look-at-tree.ts'

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
  const judged = new Map<string, Promise<JudgedManifest>>()
  const read = async (found: LookedAt['manifest']): Promise<JudgedManifest> => {
    const isReadable = found?.kind === 'file' && found.size <= limits.manifestBytes
    const bytes = isReadable ? await readBlob(found) : null
    const { text, ...reading } = readManifestFile(found && { ...found, bytes }, { repository })
    const count = reading.faults.length
    return {
      mistakes:
        count === 0
          ? null
          : `${manifestFile} has ${count === 1 ? 'a mistake' : `${count} mistakes`}:\n\n${showFaults(reading.faults, text)}`,
      notes: found
        ? reading.skipped.map(({ name, reason }) => `check ${name} is skipped: ${printable(reason)}`)
        : [`there is no ${manifestFile}: nothing is registered`],
    }
  }
  const readBlob = async ({ oid, size }: { oid: string; size: number }): Promise<Buffer> =>
    // Of an empty answer simple-git is not sure for a while.
    size === 0 ? Buffer.alloc(0) : ((await git.binaryCatFile(['blob', oid])) as Buffer)

  return (found) => {
    const key = found ? `${found.kind} ${found.oid}` : ''
    const known = judged.get(key) ?? read(found)
    judged.set(key, known)
    return known
  }
}
