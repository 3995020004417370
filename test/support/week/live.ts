/** Lives through a week: the real flows on a real database, at the week's own times instead of the clock's. */
import { randomUUID } from 'node:crypto'
import { readConfig } from '../../../core/config.ts'
import type { Notice } from '../../../core/messages/notice.ts'
import type { BusListener } from '../../../schemas/types.gen.ts'
import { claim } from '../../../server/flows/claim.ts'
import { report } from '../../../server/flows/report.ts'
import { tellPeople } from '../../../server/flows/tell-people.ts'
import { hearMessages } from '../../../server/listeners/bus/hear-messages.ts'
import { readBody } from '../../../server/listeners/bus/read-message.ts'
import { openServices, type Services } from '../../../server/services.ts'
import { sampleCheck } from '../checks.ts'
import { temporaryFolder } from '../folder.ts'
import { settingsFile } from '../settings.ts'
import { machineError, passed, reportOf } from '../runner.ts'
import { commit } from '../site.ts'
import { minutes, shared, type Verdict, type Week, type WeekBuild, type WeekMessage } from './traffic.ts'

export interface Lived {
  /** `package version check` of every execution. */
  executions: string[]
  /** Messages that were written for people. */
  notices: Notice[]
  /** What one message per result to each maintainer would have been. */
  onePerResult: number
}

const start = Date.UTC(2026, 4, 4)
const bus: BusListener = { name: 'fedora', queue: 'q', bindings: ['#'] }
/** Minutes after the last message until everything is said. */
const after = 12 * 60
const failed = reportOf({ phase: 'check', how: 'exited', exitCode: 1 })
const reports: Readonly<Record<Verdict, typeof failed>> = {
  holds: passed,
  broken: failed,
  unjudged: machineError,
}
const runner = { runner: 'week', instance: randomUUID() }

/** On a site of its own, whose sweep rests and whose mail nobody takes. */
export async function liveThrough(week: Week): Promise<Lived> {
  await using folder = await temporaryFolder()
  const publishers = { mail: { url: 'smtp://127.0.0.1:1', from: 'assay@example.org' } }
  const settings = await settingsFile(folder.path, { publishers })
  const environment = { ASSAY_DATA: folder.path, ASSAY_SETTINGS: settings, ASSAY_LOG: 'silent' }
  const { services, close } = await openServices(readConfig(environment), () => 'http://localhost')
  return await liveOn(services, week).finally(close)
}

async function liveOn(services: Services, week: Week): Promise<Lived> {
  let minute = 0
  const lived: Services = { ...services, now: () => new Date(start + minute * 60_000).toISOString() }
  lived.settings.rules = {
    ...{ namespaces: ['rpms'], users: { never: ['robot'] } },
    massRebuild: { builds: 100, within: '1h' },
  }
  await settle(lived, week)
  const due = new Map<number, (() => Promise<void>)[]>()
  const builds = new Map(week.builds.map((build) => [build.number, build]))
  const messages = byMinute(week.messages)
  const found: Lived = { executions: [], notices: [], onePerResult: 0 }
  for (; minute < minutes + after; minute++) {
    for (const message of messages.get(minute) ?? []) {
      const number = await hearOne(lived, message)
      const build = number === null ? undefined : builds.get(number)
      if (build) await beginChecks(lived, build, { due, found, minute })
    }
    for (const finish of due.get(minute) ?? []) await finish()
    due.delete(minute)
    await tellPeople(lived)
  }
  found.notices = await noticesOf(services)
  return found
}

const byMinute = (messages: readonly WeekMessage[]): Map<number, WeekMessage[]> => {
  const found = new Map<number, WeekMessage[]>()
  for (const message of messages) {
    const minute = Math.max(0, message.minute)
    found.set(minute, [...(found.get(minute) ?? []), message])
  }
  return found
}

async function settle({ stores, transaction, now }: Services, { packages }: Week): Promise<void> {
  await stores.listeners.ensure(bus.name, 'bus')
  await transaction(async (inside) => {
    const register = async (name: string, checks: readonly string[], concerned: string): Promise<number> => {
      const [namespace = '', own = ''] = name.split('/')
      const { id } = await inside.packages.ensure({ namespace, name: own }, now())
      const declared = checks.map((check) => sampleCheck({ name: check, for: [concerned] }))
      const facts = { packageId: id, branch: 'main', commit, pushedBy: null, createdAt: now() }
      await inside.registrations.add({ ...facts, checks: declared }, true)
      return id
    }
    await register('dist/all', [shared], 'rpms/*')
    for (const { name, maintainers, checks } of packages) {
      const id = await register(`rpms/${name}`, checks, `rpms/${name}`)
      for (const user of maintainers) {
        await inside.packages.addMaintainer(id, user)
        await inside.readers.setAddress(user, `${user}@example.org`)
      }
    }
  })
}

/** Number of the build that it announced for the first time; null where it announced none. */
async function hearOne(services: Services, { topic, id, body }: WeekMessage): Promise<number | null> {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const message = { topic, id, sentAt: services.now(), bytes, ...readBody(bytes) }
  const [outcome] = await hearMessages(services, bus, [message])
  return outcome === 'stored' ? (body as { build_id: number }).build_id : null
}

interface Living {
  due: Map<number, (() => Promise<void>)[]>
  found: Lived
  minute: number
}

async function beginChecks(services: Services, build: WeekBuild, living: Living): Promise<void> {
  const { stores } = services
  const event = await stores.events.find('urn:koji:primary', `build/${build.number}`)
  for (const execution of await stores.executions.ofBuild(event?.buildId ?? '')) {
    living.found.executions.push(`${execution.package} ${execution.version} ${execution.check}`)
    const said = build.says.get(execution.check)
    if (!said) continue
    const at = living.minute + said.takes
    const finish = () => finishOne(services, execution.id, said.verdict)
    living.due.set(at, [...(living.due.get(at) ?? []), finish])
    living.found.onePerResult += build.package.maintainers.length
  }
}

/** What the service is to blame for is tried again until it is given up. */
async function finishOne(services: Services, id: string, verdict: Verdict): Promise<void> {
  for (
    let state = 'scheduled';
    state === 'scheduled';
    state = (await services.stores.executions.get(id)).state
  ) {
    const { attempt: number, fence } = await claim(services, id, runner)
    await report(services, { id, number, fence }, reports[verdict])
  }
}

async function noticesOf({ stores }: Services): Promise<Notice[]> {
  const notices: Notice[] = []
  for (let before: number | undefined; ;) {
    const some = await stores.outbox.list({ limit: 1000, ...(before !== undefined && { before }) })
    for (const { kind, body } of some) if (kind === 'notice') notices.push(body as Notice)
    if (some.length === 0) return notices
    before = some.at(-1)?.id
  }
}
