/** What happened to an execution as messages of Fedora Messaging: topics, headers and bodies. */
import { v5 as uuid } from 'uuid'
import type { CiContact, ResultsdbResult } from '../../schemas/types.gen.ts'
import { parsePackage } from '../names.ts'
import { executionBody, type Announcement } from './announcement.ts'
import { ciMessage } from './ci-message.ts'

export interface FedoraMessage {
  id: string
  topic: string
  headers: Record<string, string | number | boolean>
  body: object
}

export interface FedoraOptions {
  /** Before every topic: `org.fedoraproject.prod`. */
  prefix: string
  /** null: no messages of the CI message schema. */
  contact: CiContact | null
}

const severities = { info: 20, warning: 30 }
const resultTopic = 'resultsdb.result.new'

/**
 * The messages of one announcement, in order. `results`: as ResultsDB shows them, for those whose news is wanted.
 * The same announcement gives the same ids at any time.
 */
export function fedoraMessages(
  announcement: Announcement,
  results: readonly ResultsdbResult[],
  { prefix, contact }: FedoraOptions,
  now: string,
): FedoraMessage[] {
  const { execution, phase } = announcement
  const ci = contact && ciMessage(announcement, contact, now)
  const told = [
    { topic: `assay.execution.${phase}`, name: phase, body: executionBody(announcement) },
    ...results.map((result) => ({
      topic: resultTopic,
      name: `result-${result.id}`,
      body: result,
    })),
    ...(ci ? [{ ...ci, name: ci.topic }] : []),
  ]
  const severity = execution.outcome === 'errored' ? severities.warning : severities.info
  const headers = { ...headersOf(now, severity), ...filterHeaders(execution.package) }
  return told.map(({ topic, name, body }) => ({
    id: uuid(name, announcement.id),
    topic: `${prefix}.${topic}`,
    headers,
    body,
  }))
}

/** `result`, posted by somebody else, as ResultsDB announces it. */
export const resultMessage = (
  id: string,
  result: ResultsdbResult,
  { prefix }: Pick<FedoraOptions, 'prefix'>,
  now: string,
): FedoraMessage => ({
  id,
  topic: `${prefix}.${resultTopic}`,
  headers: headersOf(now, severities.info),
  body: result,
})

const headersOf = (now: string, severity: number) => ({
  fedora_messaging_schema: 'base.message',
  fedora_messaging_schema_package: 'fedora_messaging',
  fedora_messaging_severity: severity,
  priority: 0,
  'sent-at': `${now.slice(0, 19)}+00:00`,
})

/** By which brokers sort out what a consumer asked for. */
function filterHeaders(fullName: string): Record<string, true> {
  const { namespace, name } = parsePackage(fullName)
  return namespace === 'rpms' ? { [`fedora_messaging_rpm_${name}`]: true } : {}
}
