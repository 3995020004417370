/** Which commits of which packages lack what from elsewhere: a small file for each such package, found without looking at others. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parsePackage, type PackageName } from '../../core/names.ts'
import { writeWhole } from './write-whole.ts'

/** By commit: what it lacks, in words. */
export type Lacking = ReadonlyMap<string, readonly string[]>

export function lackingCommits(folder: string) {
  const path = ({ namespace, name }: PackageName): string => join(folder, namespace, name)
  return {
    async of(name: PackageName): Promise<Lacking> {
      const text = await readFile(path(name), 'utf8').catch(orNone('{}'))
      return new Map(Object.entries(JSON.parse(text) as Record<string, string[]>))
    },
    async set(name: PackageName, commits: Lacking): Promise<void> {
      if (commits.size === 0) return rm(path(name), { force: true })
      await mkdir(dirname(path(name)), { recursive: true })
      await writeWhole(path(name), JSON.stringify(Object.fromEntries(commits)), 0o644)
    },
    /** Packages that have any. */
    async all(): Promise<PackageName[]> {
      const namespaces = await readdir(folder).catch(orNone<string[]>([]))
      const names = await Promise.all(
        namespaces.map(async (namespace) =>
          (await readdir(join(folder, namespace)))
            .filter((name) => !name.startsWith('.'))
            .map((name) => parsePackage(`${namespace}/${name}`)),
        ),
      )
      return names.flat()
    },
  }
}

const orNone =
  <T>(none: T) =>
  (error: unknown): T => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return none
    throw error
  }
