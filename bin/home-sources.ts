/** Repositories that checks of a folder take tests, plans and libraries from, fetched by the user's own git beside them. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { limits } from '../core/formats/limits.ts'
import { sourceMarker, sourcesFolder } from '../core/formats/manifest-name.ts'
import { folderOf, type TmtSource } from '../core/formats/tmt/sources.ts'
import type { RepositoryReading } from '../core/formats/repository.ts'
import { command, CommandFailed } from '../runner/command.ts'
import { leadsThroughLink } from '../runner/fmf-entries.ts'
import { UsageError } from './command.ts'
import { say } from './output.ts'
import { readFolder } from './read-folder.ts'

/** Reads `folder` with all that it takes from elsewhere, which stays in it for the next time, and out of its git. */
export async function readWithSources(folder: string, signal: AbortSignal): Promise<RepositoryReading> {
  const tried = new Set<string>()
  let reading = await readFolder(folder)
  for (let round = 0; round < limits.sourceRounds && reading.faults.length === 0; round++) {
    const missing = reading.sources.filter((source) => !tried.has(folderOf(source)))
    if (missing.length === 0) break
    for (const source of missing) {
      tried.add(folderOf(source))
      await fetchSource(folder, source, signal)
    }
    reading = await readFolder(folder)
  }
  return reading
}

/** Its newest commit; what cannot be fetched is said, and missed by what needs it. */
async function fetchSource(folder: string, source: TmtSource, signal: AbortSignal): Promise<void> {
  const place = join(folder, folderOf(source))
  const draft = `${place}.new`
  // Whoever made the checkout must not choose where else on this host we write.
  if (await leadsThroughLink(folder, `${folderOf(source)}/`))
    throw new UsageError(`${sourcesFolder} in ${folder} is a link: remove it, what is fetched is kept there`)
  const git = (...args: string[]): Promise<string> => command('git', ['-C', draft, ...args], { signal })
  say(`Fetching ${source.url}${source.ref === null ? '' : ` at ${source.ref}`} to ${folderOf(source)}`)
  try {
    await mkdir(draft, { recursive: true })
    await writeFile(join(folder, dirname(sourcesFolder), '.gitignore'), '*\n')
    await git('init', '--quiet')
    await git('fetch', '--quiet', '--depth=1', '--no-tags', source.url, source.ref ?? 'HEAD')
    await git('checkout', '--quiet', 'FETCH_HEAD')
    await rm(join(draft, '.git'), { recursive: true })
    await writeFile(join(draft, sourceMarker), '')
    await rename(draft, place)
  } catch (error) {
    if (!(error instanceof CommandFailed) || signal.aborted) throw error
    say(error.message)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}
