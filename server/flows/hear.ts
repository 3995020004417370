/** A listener understood a message: it is stored, or counted by the rule that keeps it out, or set aside. Safe to repeat. */
import { ignored, type Heard, type HeardBuild, type NativeMessage } from '../../core/listening/heard.ts'
import { applyRules } from '../../core/listening/rules.ts'
import { parsePackage } from '../../core/names.ts'
import { validateBuild } from '../../schemas/validate.ts'
import type { Services } from '../services.ts'
import type { BuildEvent } from './parse-event.ts'
import { brokenLimit } from './rate-limits.ts'
import { receiveEvent } from './receive-event.ts'

export type Outcome = 'stored' | 'repeated' | 'ignored' | 'set_aside'

/** Where a message was heard, and what it was before it was understood. */
export interface Origin {
  listener: string
  message: NativeMessage
}

/** Resolves once nothing of it can be lost any more: only then may the message be acknowledged. */
export async function hear(services: Services, origin: Origin, heard: Heard): Promise<Outcome> {
  const outcome = await settle(services, origin, heard)
  services.metrics.heard.inc({ listener: origin.listener, outcome })
  return outcome
}

async function settle(services: Services, origin: Origin, heard: Heard): Promise<Outcome> {
  const { listener, message } = origin
  const now = services.now()
  if (heard.kind === 'malformed') return setAside(services, origin, heard.why)
  if (heard.kind === 'build') return hearBuild(services, origin, heard)
  await services.stores.listeners.ignore(listener, {
    rule: heard.rule,
    what: `${message.topic}: ${heard.why}`,
    at: now,
  })
  return 'ignored'
}

async function hearBuild(services: Services, origin: Origin, heard: HeardBuild): Promise<Outcome> {
  const { stores, settings } = services
  const rules = settings.rules ?? {}
  const problems = validateBuild(heard.build).problems.map(
    ({ path, message }) => `${path.join('.')} ${message}`,
  )
  if (problems.length > 0) return setAside(services, origin, `Its build is not valid: ${problems.join('; ')}`)
  const admitted = applyRules(heard, rules)
  if (admitted.kind === 'ignored') return settle(services, origin, admitted)
  const { build, source, id } = admitted
  const known = await stores.packages.find(parsePackage(build.package))
  if (!known) return settle(services, origin, unknownPackage(build.package))
  const now = services.now()
  if (!(await stores.events.find(source, id))) {
    const broken = await brokenLimit(stores, rules, known, now)
    if (broken) return settle(services, origin, broken)
  }
  const { repeated } = await receiveEvent(services, toEvent(admitted, origin.listener))
  const what = `${build.package} ${build.version} for ${build.release}`
  await stores.listeners.heard(origin.listener, { what, at: now, sentAt: origin.message.sentAt, repeated })
  return repeated ? 'repeated' : 'stored'
}

const unknownPackage = (name: string) => ignored('unknownPackage', `Nobody added ${name} here.`)

function toEvent({ source, id, build, koji }: HeardBuild, listener: string): BuildEvent {
  const event = { source, id, type: 'dev.assay.build.completed.v1' }
  const body = JSON.stringify({ specversion: '1.0', ...event, data: build })
  return { ...event, build, body, awaits: koji === undefined ? undefined : { listener, number: koji } }
}

/** Bytes of a message that are kept for people to look at. */
const keptBytes = 256 * 1024

async function setAside(
  { stores, now }: Services,
  { listener, message }: Origin,
  why: string,
): Promise<Outcome> {
  const bytes = message.bytes ?? Buffer.from(JSON.stringify(message.body))
  await stores.setAside.add({
    ...{ listener, topic: message.topic, messageId: message.id, why, size: bytes.length },
    body: bytes.length > keptBytes ? null : Buffer.from(bytes).toString(),
    setAsideAt: now(),
  })
  return 'set_aside'
}
