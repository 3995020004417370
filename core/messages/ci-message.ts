/** An execution in the words of the CI message schema, which joins phases by the pipeline's id. */
import type { CiContact } from '../../schemas/types.gen.ts'
import type { Outcome } from '../execution.ts'
import { parsePackage } from '../names.ts'
import { ownPairs } from '../resultsdb/traits.ts'
import { executionUrl, type Announcement } from './announcement.ts'

export interface CiMessage {
  /** Behind the prefix. */
  topic: string
  body: Record<string, unknown>
}

const version = '1.1.14'

/** Outcomes that end a test; what is missing here says that it gave none. */
const results: Partial<Record<Outcome, string>> = {
  passed: 'passed',
  failed: 'failed',
  info: 'info',
  needs_inspection: 'needs_inspection',
  skipped: 'not_applicable',
}

/**
 * The message of `announcement`; null for what the schema cannot say: a build that is no RPM of Koji's, or whose origin does not
 * name the task that made it.
 */
export function ciMessage(
  announcement: Announcement,
  contact: CiContact,
  generatedAt: string,
): CiMessage | null {
  const { execution, phase } = announcement
  const task = taskOf(execution.origin)
  if (!execution.package.startsWith('rpms/') || execution.subject || task === null) return null
  const result = results[execution.outcome ?? 'errored']
  const state =
    phase === 'scheduled' ? 'queued' : phase === 'running' ? 'running' : result ? 'complete' : 'error'
  const body = {
    contact,
    run: { url: executionUrl(announcement), log: `${executionUrl(announcement)}#log` },
    artifact: artifactOf(announcement, task),
    pipeline: { id: execution.id, name: execution.check },
    test: {
      category: 'functional',
      namespace: 'assay.koji-build',
      type: execution.check,
      ...(state === 'complete' && { result }),
      ...(execution.note !== null && { note: execution.note }),
    },
    ...(state === 'complete' && { system: [systemOf(announcement)] }),
    ...(state === 'error' && { error: { reason: execution.note ?? execution.reason ?? 'unknown' } }),
    generated_at: generatedAt,
    version,
  }
  return { topic: `ci.koji-build.test.${state}`, body }
}

function artifactOf({ execution }: Announcement, id: number) {
  const nvr = ownPairs({ ...execution, subject: null }).find(([key]) => key === 'item')?.[1]
  return {
    type: 'koji-build',
    id,
    nvr,
    component: parsePackage(execution.package).name,
    issuer: execution.requestedBy ?? 'koji',
    scratch: false,
  }
}

const systemOf = ({ execution: { release, arch } }: Announcement) => ({
  os: release,
  provider: 'qemu',
  architecture: arch,
})

function taskOf(origin: string | null): number | null {
  const task = /[?&]taskID=(\d{1,15})(?:&|$)/.exec(origin ?? '')
  return task ? Number(task[1]) : null
}
