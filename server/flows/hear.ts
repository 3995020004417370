/**
 * A listener understood messages: each is stored, or counted by the rule that keeps it out, or set aside. Many at a time
 * cost little more than one. Safe to repeat.
 */
import { v5 as uuid } from 'uuid'
import {
  ignored,
  type Heard,
  type HeardBuild,
  type HeardOther,
  type NativeMessage,
} from '../../core/listening/heard.ts'
import { pushIn } from '../../core/listening/pushed.ts'
import { applyRules } from '../../core/listening/rules.ts'
import type { Rules } from '../../schemas/types.gen.ts'
import { validateBuild } from '../../schemas/validate.ts'
import type { Services } from '../services.ts'
import type { Package } from '../store/packages.ts'
import type { BuildEvent } from './parse-event.ts'
import { brokenLimit } from './rate-limits.ts'
import { receiveEvents } from './receive-events.ts'
import { noteHeard } from './note-heard.ts'
import type { Outcome, Settled, Told } from './told.ts'
import { triggerChecks, type OtherEvent, type Triggered } from './trigger-checks.ts'

/** In the order of `told`. Resolves once nothing of it can be lost any more: only then may messages be acknowledged. */
export async function hear(services: Services, listener: string, told: readonly Told[]): Promise<Outcome[]> {
  const rules = services.settings.rules ?? {}
  const admitted = await dropUnknown(
    services,
    told.map((one) => ({ ...one, heard: admit(one.heard, rules) })),
  )
  const isLimited = Boolean(rules.packageLimit ?? rules.globalLimit)
  const settled: Settled[] = []
  // What one build uses up of a limit the next one must see.
  for (const some of isLimited ? admitted.map((one) => [one]) : [admitted])
    settled.push(...(await settle(services, listener, isLimited ? await dropTooMany(services, some) : some)))
  // Behind the builds: what is said of one that came with it finds it.
  const called = await callChecks(services, listener, settled)
  await noteHeard(services, listener, called)
  for (const { outcome } of called) services.metrics.heard.inc({ listener, outcome })
  return called.map(({ outcome }) => outcome)
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

const packagesOf = ({ stores }: Services, told: readonly Told[]): Promise<Map<string, Package>> =>
  stores.packages.byName(told.filter(isBuild).map(({ heard }) => heard.build.package))

async function settle(services: Services, listener: string, told: readonly Told[]): Promise<Settled[]> {
  const builds = told.filter(isBuild)
  const received = await receiveEvents(
    services,
    builds.map(({ heard }) => toEvent(heard, listener)),
  )
  const outcomes = new Map<Told, Outcome>(
    builds.map((one, at) => [one, received[at]?.repeated ? 'repeated' : 'stored']),
  )
  return told.map((one) => ({ ...one, outcome: outcomes.get(one) ?? leftOut(one) }))
}

const leftOut = ({ heard }: Told): Outcome => (heard.kind === 'malformed' ? 'set_aside' : 'ignored')

/** What is no build runs the checks that ask for it; what none asks for is ignored. */
async function callChecks(
  services: Services,
  listener: string,
  settled: readonly Settled[],
): Promise<Settled[]> {
  if (!settled.some(({ heard }) => heard.kind === 'other')) return [...settled]
  const listening = await services.stores.registrations.listening()
  const called: Settled[] = []
  for (const one of settled) {
    const { heard, message } = one
    if (heard.kind !== 'other') {
      called.push(one)
      continue
    }
    const triggered: Triggered[] = []
    for (const event of toEvents(heard, listener, message)) {
      const led = await triggerChecks(services, event, listening)
      if (led) triggered.push(led)
    }
    const isFollowed = await askUpstreams(services, message)
    called.push(
      triggered.length === 0 && !isFollowed
        ? { ...one, heard: ignored('otherTopic', 'It announces no build, and no check asks for it.') }
        : {
            ...one,
            outcome: !isFollowed && triggered.every(({ repeated }) => repeated) ? 'repeated' : 'stored',
          },
    )
  }
  return called
}

/** Whether it tells of a push to where some package has its checks, which is then looked at. */
async function askUpstreams({ stores, now }: Services, message: NativeMessage): Promise<boolean> {
  const pushed = pushIn(message)
  return pushed !== null && (await stores.upstreams.askAbout(pushed, now())) > 0
}

/** One for each package that it is about; of several each has an id of its own, the same whenever the message comes. */
function toEvents(
  { id, type, subjects }: HeardOther,
  listener: string,
  { body }: NativeMessage,
): OtherEvent[] {
  const source = `urn:assay:listener:${listener}`
  const whole = { specversion: '1.0', source, type, id }
  const several = subjects.map((subject) => ({
    ...{ ...whole, subject, id: subjects.length > 1 ? uuid(`${source}/${id}/${subject}`, uuid.URL) : id },
  }))
  return (several.length > 0 ? several : [whole]).map((attributes) => ({
    ...{ source, id: attributes.id, type, attributes },
    body: JSON.stringify({ ...attributes, data: body }),
  }))
}

function toEvent({ source, id, build, koji }: HeardBuild, listener: string): BuildEvent {
  const event = { source, id, type: 'dev.assay.build.completed.v1' }
  const body = JSON.stringify({ specversion: '1.0', ...event, data: build })
  return { ...event, build, body, awaits: koji === undefined ? undefined : { listener, number: koji } }
}
