/** Libraries that tests require: trees of other repositories, with requirements of their own. Pure. */
import type { AdjustedNode, Surroundings } from './project.ts'
import { requirementsOf, type Library } from './requirements.ts'
import { folderOf, inside } from './sources.ts'
import type { TmtTest } from './test.ts'

/** More than any test needs, and few enough for any machine. */
const most = 50

interface Wanted {
  library: Library
  /** What is only recommended may be missing. */
  must: boolean
}

const all = (libraries: readonly Library[], must: boolean): Wanted[] =>
  libraries.map((library) => ({ library, must }))

/** The test with all that its libraries want, or skipped because one of them cannot be had. */
export function withLibraries(test: TmtTest, how: Surroundings): TmtTest {
  if (test.skip !== null || test.wants.length + test.wishes.length === 0) return test
  const queue = [...all(test.wants, true), ...all(test.wishes, false)]
  const packages = [...test.packages]
  const recommended = [...test.recommended]
  const files = [...test.files]
  const folders = new Map<string, string>()
  const seen = new Set<string>()
  for (let wanted = queue.shift(); wanted; wanted = queue.shift()) {
    const { library, must } = wanted
    const root = inside(folderOf(library), library.path)
    const key = `${root} ${library.name}`
    if (seen.has(key)) continue
    seen.add(key)
    const found = seen.size > most ? `more than ${most} libraries` : find(library, root, { ...how, folders })
    if (typeof found === 'string' && must) return { ...test, skip: `it requires ${found}` }
    if (typeof found === 'string') continue
    folders.set(library.nick, root)
    const own = requirementsOf(found, 'require')
    const wishes = requirementsOf(found, 'recommend')
    if (own.unmet !== null && must)
      return { ...test, skip: `its library ${library.nick} requires ${own.unmet}` }
    files.push(...own.files)
    ;(must ? packages : recommended).push(...own.packages)
    recommended.push(...wishes.packages)
    queue.push(...all(own.libraries, must), ...all(wishes.libraries, false))
  }
  return { ...test, packages, recommended, files, libraries: Object.fromEntries(folders) }
}

interface Known extends Surroundings {
  folders: ReadonlyMap<string, string>
}

/** What the library's metadata says of it, or why it cannot be had. */
function find(
  library: Library,
  root: string,
  { project, context, want, folders }: Known,
): AdjustedNode | string {
  const words = `the library ${library.name} of ${library.url}`
  const lacking = want(library)
  if (lacking !== null) return `${words}: ${lacking}`
  if ((folders.get(library.nick) ?? root) !== root)
    return `${words}: another one is called ${library.nick}, too`
  const nodes = project.nodes(root, context)
  if (!nodes) return `${words}: ${project.wrongWith(root) ?? 'it has no metadata there'}`
  return nodes.find(({ name }) => name === library.name) ?? `${words}, which is not there`
}
