/** What is known of each listener and each publisher, for programs and the page alike. */
import type { Settings } from '../schemas/types.gen.ts'
import { seekerName } from './listeners/koji/seeker-name.ts'
import { configuredPublishers } from './publishers/kinds.ts'
import type { Services } from './services.ts'
import type { IgnoredCount, ListenerState } from './store/listeners.ts'
import type { SetAside } from './store/set-aside.ts'

export interface ListenerView extends ListenerState {
  /** Whether the settings still name it. */
  active: boolean
  /** Milliseconds from the sending of what was heard last to the hearing; null where nobody says. */
  lag: number | null
  ignored: Omit<IgnoredCount, 'listener'>[]
  /** Messages that it could not understand and that are kept. */
  setAside: number
}

export interface PublisherView {
  name: string
  /** Whether the settings still name it. */
  active: boolean
  waiting: number
  /** Set aside after too many refusals. */
  dead: number
  /** When the oldest message that waits was written. */
  oldestAt: string | null
}

/** A message without what it says, which only admins may read. */
export type SetAsideView = Omit<SetAside, 'body'>

export async function listenerViews({
  stores,
  settings,
}: Pick<Services, 'stores' | 'settings'>): Promise<ListenerView[]> {
  const [list, ignored, setAside] = await Promise.all([
    stores.listeners.list(),
    stores.listeners.ignored(),
    stores.setAside.counts(),
  ])
  const named = namesOf(settings)
  return list.map((state) => ({
    ...state,
    active: named.has(state.name),
    lag: lagOf(state),
    ignored: ignored.filter(({ listener }) => listener === state.name).map(withoutListener),
    setAside: setAside.get(state.name) ?? 0,
  }))
}

const namesOf = ({ listeners = {} }: Settings): Set<string> =>
  new Set([
    ...[...(listeners.archives ?? []), ...(listeners.buses ?? [])].map(({ name }) => name),
    ...(listeners.buses ?? []).filter(({ koji }) => koji).map(({ name }) => seekerName(name)),
  ])

/** Clocks differ: what seems to come from the future came at once. */
const lagOf = ({ heardAt, sentAt }: ListenerState): number | null =>
  heardAt === null || sentAt === null ? null : Math.max(0, Date.parse(heardAt) - Date.parse(sentAt))

const withoutListener = ({ rule, count, last, lastAt }: IgnoredCount) => ({ rule, count, last, lastAt })

/** Those that the settings name, and those that are gone but left something undone. */
export async function publisherViews({
  stores,
  settings,
}: Pick<Services, 'stores' | 'settings'>): Promise<PublisherView[]> {
  const unfinished = await stores.outbox.unfinished()
  const named = new Set(configuredPublishers(settings).map(({ name }) => name))
  const names = new Set([...named, ...unfinished.map(({ publisher }) => publisher)])
  return [...names].sort().map((name) => {
    const own = unfinished.filter(({ publisher }) => publisher === name)
    const waiting = own.find(({ state }) => state === 'waiting')
    const dead = own.find(({ state }) => state === 'dead')
    return {
      ...{ name, active: named.has(name) },
      ...{ waiting: waiting?.count ?? 0, dead: dead?.count ?? 0, oldestAt: waiting?.oldest ?? null },
    }
  })
}

export const setAsideView = ({
  id,
  listener,
  topic,
  messageId,
  why,
  size,
  setAsideAt,
}: SetAside): SetAsideView => ({ id, listener, topic, messageId, why, size, setAsideAt })
