/** Files that are too large, in any new commit of a push: each clone would carry them for ever. */
import { limits } from '../core/formats/limits.ts'
import { gitRecords } from './git-records.ts'

/** More are not named. */
const most = 10

/** Paths of files over the limit that `commits` bring along. */
export async function findLargeFiles(commits: readonly string[]): Promise<string[]> {
  if (commits.length === 0) return []
  const input = commits.map((commit) => `${commit}\n`).join('')
  const filter = `--filter=blob:limit=${limits.fileBytes + 1}`
  // Quiet but for what the filter leaves out: each line is `~` and the object of a large file.
  const args = [
    'rev-list',
    '--objects',
    '--quiet',
    filter,
    '--filter-provided-objects',
    '--filter-print-omitted',
    '--stdin',
    '--not',
    '--all',
  ]
  const paths: string[] = []
  for await (const line of gitRecords({ args, separator: '\n', input })) {
    paths.push(await pathOf(line.slice(1), input))
    if (paths.length === most) break
  }
  return paths
}

async function pathOf(oid: string, input: string): Promise<string> {
  const find = ['log', '-1', '-m', `--find-object=${oid}`, '--name-only', '--format=', '-z', '--stdin']
  for await (const path of gitRecords({ args: [...find, '--not', '--all'], separator: '\0', input }))
    if (path.trim() !== '') return path.trim()
  return `object ${oid}`
}
