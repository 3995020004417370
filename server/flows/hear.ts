/**
 * A listener understood messages: each is stored, or counted by the rule that keeps it out, or set aside. Many at a time
 * cost little more than one. Safe to repeat.
 */
import { grouped } from '../../core/grouped.ts'
import {
  ignored,
  type Heard,
  type HeardBuild,
  type HeardOther,
  type NativeMessage,
} from '../../core/listening/heard.ts'
import { applyRules } from '../../core/listening/rules.ts'
import { fullName, parsePackage } from '../../core/names.ts'
import type { Rules } from '../../schemas/types.gen.ts'
import { validateBuild } from '../../schemas/validate.ts'
import type { Services } from '../services.ts'
import type { Package } from '../store/packages.ts'
import type { BuildEvent } from './parse-event.ts'
import { brokenLimit } from './rate-limits.ts'
import { receiveEvents } from './receive-events.ts'
import { triggerChecks, type OtherEvent } from './trigger-checks.ts'

export type Outcome = 'stored' | 'repeated' | 'ignored' | 'set_aside'

/** A message as it came, and as what it is taken. */
export interface Told<T extends Heard = Heard> {
  message: NativeMessage
  heard: T
  /** Of what is no build and some check asked for: whether it had been heard before. */
  repeated?: boolean
}

type Settled = Told & { outcome: Outcome }

/** In the order of `told`. Resolves once nothing of it can be lost any more: only then may messages be acknowledged. */
export async function hear(services: Services, listener: string, told: readonly Told[]): Promise<Outcome[]> {
  const rules = services.settings.rules ?? {}
  const admitted = await dropUnknown(
    services,
    told.map((one) => ({ ...one, heard: admit(one.heard, rules) })),
  )
  const isLimited = rules.packageLimit ?? rules.globalLimit
  const settled: Settled[] = []
  // What one build uses up of a limit the next one must see.
  const called = await callChecks(services, listener, admitted)
  for (const some of isLimited ? called.map((one) => [one]) : [called])
    settled.push(...(await settle(services, listener, isLimited ? await dropTooMany(services, some) : some)))
  await note(services, listener, settled)
  for (const { outcome } of settled) services.metrics.heard.inc({ listener, outcome })
  return settled.map(({ outcome }) => outcome)
}

/** Whether the site's rules let it in, and whether it is a build at all. */
function admit(heard: Heard, rules: Rules): Heard {
  if (heard.kind !== 'build') return heard
  const { problems } = validateBuild(heard.build)
  if (problems.length === 0) return applyRules(heard, rules)
  const words = problems.map(({ path, message }) => `${path.join('.')} ${message}`)
  return { kind: 'malformed', why: `Its build is not valid: ${words.join('; ')}` }
}

const isBuild = <T extends Told>(one: T): one is T & Told<HeardBuild> => one.heard.kind === 'build'

async function dropUnknown(services: Services, told: readonly Told[]): Promise<Told[]> {
  const known = await packagesOf(services, told)
  return told.map((one) =>
    isBuild(one) && !known.has(one.heard.build.package)
      ? { ...one, heard: ignored('unknownPackage', `Nobody added ${one.heard.build.package} here.`) }
      : one,
  )
}

async function dropTooMany(services: Services, told: readonly Told[]): Promise<Told[]> {
  const { stores, settings, now } = services
  const known = await packagesOf(services, told)
  const kept: Told[] = []
  for (const one of told) {
    const found = isBuild(one) ? known.get(one.heard.build.package) : undefined
    const isNew = isBuild(one) && !(await stores.events.find(one.heard.source, one.heard.id))
    const broken = found && isNew && (await brokenLimit(stores, settings.rules ?? {}, found, now()))
    kept.push(broken ? { ...one, heard: broken } : one)
  }
  return kept
}

async function packagesOf({ stores }: Services, told: readonly Told[]): Promise<Map<string, Package>> {
  const names = new Set(told.filter(isBuild).map(({ heard }) => heard.build.package))
  const found = await stores.packages.findAll([...names].map(parsePackage))
  return new Map(found.map((one) => [fullName(one), one]))
}

async function settle(services: Services, listener: string, told: readonly Told[]): Promise<Settled[]> {
  const builds = told.filter(isBuild)
  const received = await receiveEvents(
    services,
    builds.map(({ heard }) => toEvent(heard, listener)),
  )
  const outcomes = new Map<Told, Outcome>(
    builds.map((one, at) => [one, received[at]?.repeated ? 'repeated' : 'stored']),
  )
  return told.map((one) => ({ ...one, outcome: outcomes.get(one) ?? outcomeOf(one) }))
}

/** Of what is no build. */
function outcomeOf({ heard, repeated }: Told): Outcome {
  if (heard.kind === 'other') return repeated ? 'repeated' : 'stored'
  return heard.kind === 'malformed' ? 'set_aside' : 'ignored'
}

/** What is no build runs the checks that ask for it; what none asks for is ignored. */
async function callChecks(services: Services, listener: string, told: readonly Told[]): Promise<Told[]> {
  if (!told.some(({ heard }) => heard.kind === 'other')) return [...told]
  const listening = await services.stores.registrations.listening()
  const called: Told[] = []
  for (const one of told) {
    const { heard, message } = one
    if (heard.kind !== 'other') called.push(one)
    else {
      const answers = await Promise.all(
        toEvents(heard, listener, message).map((event) => triggerChecks(services, event, listening)),
      )
      const wanted = answers.filter((answer) => answer !== null)
      called.push(
        wanted.length === 0
          ? { ...one, heard: ignored('otherTopic', 'It announces no build, and no check asks for it.') }
          : { ...one, repeated: wanted.every(({ repeated }) => repeated) },
      )
    }
  }
  return called
}

/** One for each package that it is about. */
function toEvents(
  { id, type, subjects }: HeardOther,
  listener: string,
  { body }: NativeMessage,
): OtherEvent[] {
  const source = `urn:assay:listener:${listener}`
  const about = subjects.length === 0 ? [null] : subjects
  return about.map((subject) => {
    const attributes = {
      ...{ specversion: '1.0', source, type, id: about.length > 1 ? `${id}/${subject ?? ''}` : id },
      ...(subject !== null && { subject }),
    }
    return {
      source,
      id: attributes.id,
      type,
      attributes,
      body: JSON.stringify({ ...attributes, data: body }),
    }
  })
}

function toEvent({ source, id, build, koji }: HeardBuild, listener: string): BuildEvent {
  const event = { source, id, type: 'dev.assay.build.completed.v1' }
  const body = JSON.stringify({ specversion: '1.0', ...event, data: build })
  return { ...event, build, body, awaits: koji === undefined ? undefined : { listener, number: koji } }
}

/** What people look at: what was heard last, how much was left out and by which rule, and what nobody understood. */
async function note({ stores, now }: Services, listener: string, settled: readonly Settled[]): Promise<void> {
  for (const { heard, message } of settled)
    if (heard.kind === 'malformed') await setAside(stores, listener, { message, why: heard.why, at: now() })
  for (const [rule, some] of grouped(settled, ({ heard }) => (heard.kind === 'ignored' ? heard.rule : ''))) {
    const of = some.at(-1)
    if (of?.heard.kind !== 'ignored') continue
    const what = `${of.message.topic}: ${of.heard.why}`
    await stores.listeners.ignore(listener, { rule, what, at: now(), count: some.length })
  }
  const kept = settled.filter(({ outcome }) => outcome === 'stored' || outcome === 'repeated')
  const last = kept.at(-1)
  if (!last) return
  const repeated = kept.filter(({ outcome }) => outcome === 'repeated').length
  const counts = { stored: kept.length - repeated, repeated }
  const { sentAt } = last.message
  await stores.listeners.heard(listener, { what: wordsOf(last.heard), at: now(), sentAt, ...counts })
}

const wordsOf = (heard: Heard): string =>
  heard.kind === 'build'
    ? `${heard.build.package} ${heard.build.version} for ${heard.build.release}`
    : heard.kind === 'other'
      ? [heard.type, ...heard.subjects].join(' ')
      : heard.why

/** Bytes of a message that are kept for people to look at. */
const keptBytes = 256 * 1024

async function setAside(
  { setAside: aside }: Services['stores'],
  listener: string,
  { message, why, at }: { message: NativeMessage; why: string; at: string },
): Promise<void> {
  const bytes = message.bytes ?? Buffer.from(JSON.stringify(message.body))
  await aside.add({
    ...{ listener, topic: message.topic, messageId: message.id, why, size: bytes.length },
    body: bytes.length > keptBytes ? null : Buffer.from(bytes).toString(),
    setAsideAt: at,
  })
}
