/** Tests that a role does not name but finds by their metadata (fmf_filter). Pure. */
import { discover } from '../tmt/discover.ts'
import type { Surroundings } from '../tmt/project.ts'
import type { TmtTest } from '../tmt/test.ts'

export interface Filter {
  filter: string
  /** Where the tree of metadata is; null: in the playbook's own repository. */
  repository: { url: string; ref: string | null; place: string } | null
}

/** A text: why they cannot be told. What may still be fetched is one that is skipped. */
export function filteredTests(
  { filter, repository }: Filter,
  { framework, ...around }: Surroundings & Pick<TmtTest, 'framework'>,
): TmtTest[] | string {
  const { project, context } = around
  const mistakes: string[] = []
  const refuse = (_: string, message: string): void => void mistakes.push(message)
  const { url, ref, place } = repository ?? { place: 'tests' }
  const phase = { how: 'fmf', name: place, filter, ...(url !== undefined && { url, ref }) }
  // Beside the playbook, or at the root of the repository.
  const root = repository === null && project.nodes('tests', context) ? 'tests' : ''
  const tests = discover({ data: { discover: phase }, refuse }, { ...around, root, framework })
  const [fault] = project.faults()
  const wrong = mistakes[0] ?? (fault && `${fault.file}:${fault.line}: ${fault.message}`)
  return wrong === undefined ? tests : `its tests cannot be selected (fmf_filter): ${wrong}`
}
