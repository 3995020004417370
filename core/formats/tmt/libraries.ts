/** Libraries that tests require: trees of other repositories, with requirements of their own. Pure. */
import type { Surroundings } from './project.ts'
import { requirementsOf, type Library } from './requirements.ts'
import { folderOf, inside } from './sources.ts'
import type { TmtTest } from './test.ts'

/** More than any test needs, and few enough for any machine. */
const most = 50

/** The test with all that its libraries want, or skipped because one of them cannot be had. */
export function withLibraries(test: TmtTest, how: Surroundings): TmtTest {
  if (test.skip !== null || test.wants.length === 0) return test
  const queue = [...test.wants]
  const found = { packages: [...test.packages], files: [...test.files] }
  const recommended = [...test.recommended]
  const libraries = new Map<string, string>()
  for (let library = queue.shift(); library; library = queue.shift()) {
    const root = inside(folderOf(library), library.path)
    const known = libraries.get(library.nick)
    if (known === root) continue
    const reason =
      known !== undefined
        ? `${library.url} is called ${library.nick} like another library`
        : libraries.size === most
          ? `more than ${most} libraries`
          : whyNot(library, root, how)
    if (reason !== null) return { ...test, skip: `it requires ${reason}` }
    libraries.set(library.nick, root)
    const node = how.project.nodes(root, how.context)?.find(({ name }) => name === library.name)
    if (!node) continue
    const own = requirementsOf(node, 'require')
    if (own.unmet !== null) return { ...test, skip: `its library ${library.nick} requires ${own.unmet}` }
    found.packages.push(...own.packages)
    found.files.push(...own.files)
    queue.push(...own.libraries)
    recommended.push(...requirementsOf(node, 'recommend').packages)
  }
  return { ...test, ...found, recommended, libraries: Object.fromEntries(libraries) }
}

function whyNot(library: Library, root: string, { project, context, want }: Surroundings): string | null {
  const words = `the library ${library.name} of ${library.url}`
  const lacking = want(library)
  if (lacking !== null) return `${words}: ${lacking}`
  const nodes = project.nodes(root, context)
  if (!nodes) return `${words}: ${project.wrongWith(root) ?? 'it has no metadata there'}`
  return nodes.some(({ name }) => name === library.name) ? null : `${words}, which is not there`
}
