/** What happened to an execution as a CloudEvent, of our own kind or of CDEvents'. */
import { executionBody, executionUrl, type Announcement, type Phase } from './announcement.ts'

export interface CloudEventBody {
  specversion: '1.0'
  id: string
  source: string
  type: string
  subject: string
  time: string
  datacontenttype: 'application/json'
  data: object
}

/** CDEvents' word for each phase. */
const testCaseRuns: Readonly<Record<Phase, string>> = {
  scheduled: 'queued',
  running: 'started',
  finished: 'finished',
}
const vocabulary = '0.2.0'

export function cloudEvent(announcement: Announcement): CloudEventBody {
  return envelope(announcement, `dev.assay.execution.${announcement.phase}.v1`, executionBody(announcement))
}

/** The same as CDEvents' testcaserun events. */
export function cdEvent(announcement: Announcement): CloudEventBody {
  const { id, at, base, execution, phase } = announcement
  const type = `dev.cdevents.testcaserun.${testCaseRuns[phase]}.${vocabulary}`
  const content = {
    environment: { id: `${execution.release}/${execution.arch}` },
    testCase: { id: execution.check, name: execution.check, uri: executionUrl(announcement) },
    ...(phase === 'finished' && { outcome: cdOutcome(announcement) }),
    ...(phase === 'finished' && execution.note !== null && { reason: execution.note }),
  }
  return envelope(announcement, type, {
    context: { version: '0.4.1', id, source: base, type, timestamp: at },
    subject: { id: execution.id, source: base, type: 'testCaseRun', content },
    customData: executionBody(announcement),
    customDataContentType: 'application/json',
  })
}

function cdOutcome({ execution: { outcome } }: Announcement): string {
  if (outcome === 'passed' || outcome === 'info') return 'pass'
  if (outcome === 'failed' || outcome === 'needs_inspection') return 'fail'
  return outcome === 'errored' ? 'error' : 'cancel'
}

const envelope = ({ id, base, at, execution }: Announcement, type: string, data: object): CloudEventBody => ({
  specversion: '1.0',
  id,
  source: base,
  type,
  subject: execution.id,
  time: at,
  datacontenttype: 'application/json',
  data,
})
