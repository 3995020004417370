/** Results, groups and testcases as ResultsDB shows them. Keys come in alphabetical order, as in its replies. */
import type { ResultsdbGroup, ResultsdbResult, ResultsdbTestcase } from '../../schemas/types.gen.ts'
import type { links } from './links.ts'
import { isoformat } from './times.ts'

export interface ShownTestcase {
  name: string
  refUrl: string | null
}

export interface ShownGroup {
  uuid: string
  description: string | null
  refUrl: string | null
  /** It holds the results of the execution of this id. */
  isExecution: boolean
  results: number
}

export interface ShownResult {
  id: number
  /** Whose result it is; null: somebody posted it. */
  executionId: string | null
  testcase: ShownTestcase
  /** Microseconds since 1970. */
  submitTime: number
  outcome: string
  /** Ours, where its outcome there does not say it. */
  skipped: boolean
  note: string | null
  refUrl: string | null
  groups: string[]
  data: Record<string, string[]>
}

type Links = ReturnType<typeof links>

export const testcaseView = ({ name, refUrl }: ShownTestcase, to: Links): ResultsdbTestcase => ({
  href: to.testcase(name),
  name,
  ref_url: refUrl,
})

export const groupView = (group: ShownGroup, to: Links): ResultsdbGroup => ({
  description: group.description,
  href: to.group(group.uuid),
  ref_url: group.isExecution ? to.execution(group.uuid) : group.refUrl,
  results: to.resultsOfGroup(group.uuid),
  results_count: group.results,
  uuid: group.uuid,
})

export const resultView = (result: ShownResult, to: Links): ResultsdbResult => ({
  data: Object.fromEntries(Object.entries(result.data).sort(([one], [other]) => (one < other ? -1 : 1))),
  groups: result.groups,
  href: to.result(result.id),
  id: result.id,
  note: result.skipped ? skippedNote(result.note) : result.note,
  outcome: result.outcome,
  ref_url: result.executionId === null ? result.refUrl : to.execution(result.executionId),
  submit_time: isoformat(result.submitTime),
  testcase: testcaseView(result.testcase, to),
})

/** ResultsDB has no word for it, so its note says it. */
const skippedNote = (note: string | null): string => (note === null ? 'Skipped.' : `Skipped: ${note}`)
