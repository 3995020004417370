/** What a commit of a check repository declares, with what it takes from other repositories fetched first. */
import { boundsOf } from '../../core/check-bounds.ts'
import type { Check } from '../../core/check.ts'
import { AppError } from '../../core/errors.ts'
import { limits } from '../../core/formats/limits.ts'
import type { Entry } from '../../core/formats/manifest-file.ts'
import {
  fmfMarker,
  isFmfFile,
  isSourceMarker,
  isStiFile,
  manifestFile,
  mayHoldMarkers,
  mayUseMetadata,
  readFiles,
  stiFolder,
} from '../../core/formats/manifest-name.ts'
import type { Unfetched } from '../../core/formats/repository-context.ts'
import { folderOf, whyNotFrom, type TmtSource } from '../../core/formats/tmt/sources.ts'
import { fullName, type PackageName } from '../../core/names.ts'
import type { Wanted } from '../git/wanted-entries.ts'
import type { Services } from '../services.ts'
import type { TreeReading } from '../tree-reading.ts'

type Needs = Pick<Services, 'log' | 'readTree' | 'repositories' | 'settings'>

export interface Declared {
  checks: Check[]
  /** What is taken from elsewhere and cannot be had, in words; none: all of it is there. */
  lacking: string[]
}

/** Ending `signal` ends what is fetched. */
interface At {
  commit: string
  signal: AbortSignal
}

/** Where tests of distributions' packages are kept in public. */
const usual = [
  ...['https://github.com/', 'https://gitlab.com/', 'https://codeberg.org/', 'https://pagure.io/'],
  ...['https://src.fedoraproject.org/', 'https://salsa.debian.org/', 'https://gitlab.freedesktop.org/'],
]

/** What the hook would have refused declares nothing: it came in by another door. */
export async function readChecks(
  services: Needs,
  repository: PackageName,
  { commit, signal }: At,
): Promise<Declared> {
  const { repositories, log } = services
  if (!(await repositories.commit(repository, commit)))
    throw new Error(`commit ${commit} is missing from the repository of ${fullName(repository)}`)
  const own = await readAt(services, repository, commit)
  const { reading, lacking } =
    own.sources.length > 0 && own.faults.length === 0
      ? await readWhole(services, repository, { commit, signal }, own)
      : { reading: own, lacking: [] }
  const { checks, faults } = reading
  if (faults.length > 0)
    log.warn(
      { repository: fullName(repository), commit, faults },
      'a commit that no hook has seen declares no checks',
    )
  return { checks, lacking }
}

/** Fetches what `own` wants, and what that wants, and reads it with all of it. */
function readWhole(
  services: Needs,
  repository: PackageName,
  { commit, signal }: At,
  own: TreeReading,
): Promise<{ reading: TreeReading; lacking: string[] }> {
  return services.repositories.whileJoining(repository, { commit, signal }, async (join) => {
    const wanted = new Map<string, TmtSource>()
    let reading = own
    let unfetched = new Map<string, string>()
    for (let round = 0; round < limits.sourceRounds; round++) {
      const news = reading.sources.filter((source) => !wanted.has(folderOf(source)))
      if (news.length === 0) break
      for (const source of news) wanted.set(folderOf(source), source)
      const { allowed, refused } = whichOf([...wanted.values()], services.settings)
      unfetched = new Map([...(await join(allowed)), ...refused])
      reading = await readAt(services, repository, commit, unfetched)
    }
    const tooDeep = reading.sources
      .filter((source) => !unfetched.has(folderOf(source)))
      .map(({ url }) => `${url}: only others from elsewhere want it, ${limits.sourceRounds} in a row`)
    return { reading, lacking: [...unfetched.values(), ...tooDeep] }
  })
}

/** Which of them this site fetches, and why it does not fetch the others. */
function whichOf(
  sources: readonly TmtSource[],
  { sources: settings }: Services['settings'],
): { allowed: TmtSource[]; refused: Map<string, string> } {
  const from = settings?.from ?? usual
  const refused = new Map<string, string>()
  const allowed = sources.filter((source, at) => {
    const why =
      whyNotFrom(source, from) ??
      (at < limits.sources ? null : `${source.url} is one of more than ${limits.sources} repositories`)
    if (why !== null) refused.set(folderOf(source), why)
    return why === null
  })
  return { allowed, refused }
}

/** What no second try would read either. */
const unreadable = ['READ_TOO_SLOW', 'READ_TOO_LARGE']
const wholeTree = { file: manifestFile, line: 1, column: 1 }

async function readAt(
  { readTree, repositories, settings }: Needs,
  repository: PackageName,
  commit: string,
  unfetched: Unfetched = new Map(),
): Promise<TreeReading> {
  const entries = new Map<string, Entry>()
  for (const path of readFiles) {
    const found = await repositories.entry(repository, commit, path, limits.manifestBytes)
    if (found) entries.set(path, { ...found, kind: kindOf(found.mode) })
  }
  const readAll = async (paths: Pick<Wanted, 'isWanted' | 'isEntered'>): Promise<void> => {
    const most = { fileBytes: limits.manifestBytes, allBytes: limits.fmfBytes * (1 + limits.sources) }
    for (const [path, found] of await repositories.entries(repository, commit, { ...paths, ...most }))
      entries.set(path, { ...found, kind: kindOf(found.mode) })
  }
  await readAll({
    isWanted: (path) => path === fmfMarker || isStiFile(path) || isSourceMarker(path),
    isEntered: (path) => `${path}/` === stiFolder || fmfMarker.startsWith(`${path}/`) || mayHoldMarkers(path),
  })
  if (mayUseMetadata(entries.keys())) await readAll({ isWanted: isFmfFile, isEntered: () => true })
  const context = { repository, unfetched, bounds: boundsOf(settings) }
  return readTree(entries, context).catch((error: unknown) => {
    if (!(error instanceof AppError) || !unreadable.includes(error.code)) throw error
    return { checks: [], faults: [{ ...wholeTree, message: error.message }], sources: [] }
  })
}

function kindOf(mode: string): Entry['kind'] {
  if (mode === '120000') return 'link'
  if (mode === '160000') return 'submodule'
  return mode.startsWith('100') ? 'file' : 'folder'
}
