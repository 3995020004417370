/** From verdicts to messages for people: what a build's checks changed becomes news, and news becomes few messages. */
import { standing } from '../../core/news.ts'
import type { NewsPiece, Notice } from '../../core/messages/notice.ts'
import {
  deliveryOf,
  hear,
  operators,
  pace,
  readersOf,
  type Became,
  type Told,
  type Word,
} from '../../core/notify.ts'
import { priorities } from '../../core/priority.ts'
import { grouped } from '../../core/grouped.ts'
import { decides, meaning } from '../../core/standing.ts'
import { publishersOf } from '../publishers/kinds.ts'
import { isRoom, roomsOf, type Room } from '../rooms.ts'
import type { Services } from '../services.ts'
import type { Execution } from '../store/executions.ts'
import type { Speaker } from '../store/news.ts'
import type { Stores } from '../store/stores.ts'

type Needs = Pick<Services, 'stores' | 'transaction' | 'now' | 'settings'>

/** Builds at a time, executions of a build, and pieces of news in one message. */
const limits = { builds: 200, executions: 10_000, pieces: 100 }

/** Does what is due. Safe to repeat, and to be interrupted anywhere. */
export async function tellPeople(services: Needs): Promise<void> {
  const { stores, transaction, now } = services
  const publishers = publishersOf(services.settings, 'changes for people')
  const rooms = roomsOf(services.settings)
  for (const buildId of await stores.news.ripe(now(), limits.builds))
    await transaction((inside) => hearBuild(inside, buildId, now(), { people: publishers.length > 0, rooms }))
  for (const reader of await stores.news.readers()) {
    const room = rooms.find((one) => one.reader === reader)
    // What a room that is gone was to hear nobody hears.
    await tell(services, reader, room ? [room.publisher] : isRoom(reader) ? [] : publishers)
  }
}

/** Who is told at all. */
interface Audience {
  people: boolean
  rooms: readonly Room[]
}

/** Hears what the checks of a build say now, and keeps what is news for whoever wants it. */
async function hearBuild(
  inside: Stores,
  buildId: string,
  now: string,
  { people, rooms }: Audience,
): Promise<void> {
  if (!(await inside.news.unwatch(buildId))) return
  const executions = standing(await inside.executionLists.list({ buildId, limit: limits.executions }))
  const changed: Changed[] = []
  for (const execution of executions.filter(decides)) {
    const speaker = speakerOf(execution)
    const before = await inside.news.word(speaker)
    const says = meaning(execution) === 'holds' ? 'holds' : 'broken'
    const { word, became } = hear(before, says, { id: buildId, version: execution.version })
    await inside.news.setWord(speaker, word)
    if (became) changed.push({ execution, became, before })
  }
  const unjudged = executions.filter(isServices)
  if (people) await keepNews(inside, changed, now)
  if (people) await keepForOperators(inside, unjudged, now)
  for (const { reader, hears } of rooms) {
    for (const { execution, became, before } of changed)
      if (hears(execution.package, became))
        await inside.news.keep(reader, { ...pieceOf(execution, became, before), because: 'follower' }, now)
    for (const execution of unjudged)
      if (hears(execution.package, 'unjudged')) await inside.news.keep(reader, unjudgedPiece(execution), now)
  }
}

/** Where the service is to blame. */
const isServices = ({ outcome, concerns }: Execution): boolean =>
  outcome === 'errored' && concerns === 'service'

async function keepForOperators(
  { groups, readers, news }: Stores,
  unjudged: readonly Execution[],
  now: string,
): Promise<void> {
  if (unjudged.length === 0) return
  for (const user of await readers.reachable(await groups.members(operators)))
    for (const execution of unjudged) await news.keep(user, unjudgedPiece(execution), now)
}

const unjudgedPiece = (execution: Execution): NewsPiece => ({
  ...pieceOf(execution, 'unjudged', null),
  because: 'operator',
})

interface Changed {
  execution: Execution
  became: Became
  before: Word | null
}

const speakerOf = ({ packageId, release, repository, check, arch }: Execution): Speaker => ({
  ...{ packageId, release, repository, check, arch },
})

/** `changed`: of one build. */
async function keepNews(
  { packages, readers, news }: Stores,
  changed: readonly Changed[],
  now: string,
): Promise<void> {
  const [first] = changed
  if (!first) return
  const { packageId, package: name } = first.execution
  const maintainers = await packages.maintainingUsers(packageId)
  const subscriptions = await readers.about(name, maintainers)
  const reachable = await readers.reachable([...maintainers, ...subscriptions.map(({ user }) => user)])
  for (const { execution, became, before } of changed) {
    const circle = { maintainers, subscriptions, requestedBy: execution.requestedBy }
    for (const { user, because } of readersOf(became, name, circle))
      if (reachable.has(user)) await news.keep(user, { ...pieceOf(execution, became, before), because }, now)
  }
}

const pieceOf = (execution: Execution, became: Told, before: Word | null): Omit<NewsPiece, 'because'> => ({
  package: execution.package,
  release: execution.release,
  version: execution.version,
  buildId: execution.buildId,
  execution: execution.id,
  attempt: execution.attempt,
  check: execution.check,
  arch: execution.arch,
  became,
  before: before && { version: before.version, since: before.since },
  note: execution.note,
  gaveWay: execution.priority === priorities.low,
})

/** Writes to one reader what is due: a message for each build, one for all of them, or nothing yet; of a mass rebuild apart. */
async function tell({ stores, transaction, now }: Needs, user: string, publishers: string[]): Promise<void> {
  const subject = `person ${user}`
  const time = now()
  const told: string[] = []
  for (const publisher of publishers)
    told.push(...(await stores.outbox.writtenSince(publisher, subject, before(time, pace.interval))))
  const waiting = await stores.news.waitingFor(user)
  for (const gaveWay of [false, true]) {
    const news = waiting.filter(({ piece }) => piece.gaveWay === gaveWay)
    const [oldest] = news
    if (!oldest) continue
    const builds = new Set(news.map(({ piece }) => piece.buildId)).size
    const way = deliveryOf({ builds, oldest: oldest.createdAt, gaveWay }, told, time)
    if (way === 'wait') continue
    await transaction(async (inside) => {
      await inside.news.take(news)
      const pieces = news.map(({ piece }) => piece)
      const batches = grouped(pieces, ({ buildId }) => (way === 'digest' ? '' : buildId))
      for (const batch of batches.values())
        await inside.outbox.add({ subject, kind: 'notice', body: noticeOf(user, batch) }, time, publishers)
    })
  }
}

const before = (time: string, milliseconds: number): string =>
  new Date(Date.parse(time) - milliseconds).toISOString()

const noticeOf = (user: string, pieces: readonly NewsPiece[]): Notice => ({
  user,
  pieces: pieces.slice(0, limits.pieces),
  more: Math.max(0, pieces.length - limits.pieces),
})
