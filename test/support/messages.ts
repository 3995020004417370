/** Fills a site with what weeks of listening and telling leave behind: things heard, ignored, set aside and not yet sent. */
import type { Services } from '../../server/services.ts'

const longTopic = `org.example.prod.${'a-part-of-a-topic.'.repeat(10)}end`

/** Returns the id of a message that was set aside. */
export async function fillMessages({ stores, now }: Pick<Services, 'stores' | 'now'>): Promise<number> {
  const { listeners, setAside } = stores
  const at = now()
  const earlier = (ms: number): string => new Date(Date.parse(at) - ms).toISOString()
  for (const [name, kind] of [
    ['debian', 'archive'],
    ['fedora', 'bus'],
    ['quiet', 'bus'],
  ] as const)
    await listeners.ensure(name, kind)
  const what = '2.12.1-3 of deb/hello for sid'
  await listeners.heard('debian', {
    what,
    at: earlier(60_000),
    sentAt: earlier(90_000),
    stored: 1,
    repeated: 0,
  })
  await listeners.heard('debian', { what, at, sentAt: earlier(2500), stored: 0, repeated: 1 })
  const ignored = { what: `${longTopic}: It says nothing of a build.`, at, count: 12_345 }
  await listeners.ignore('fedora', { rule: 'otherTopic', ...ignored })
  await listeners.ignore('fedora', { rule: 'scratch', what: 'A scratch build.', at })
  await listeners.setTrouble('fedora', 'The broker cannot be reached.', earlier(600_000))
  const message = { listener: 'fedora', why: 'It is not JSON.', size: 8, setAsideAt: at }
  await setAside.add({ ...message, topic: 'org.example.a', messageId: 'a', body: 'not json' })
  await setAside.add({ ...message, topic: longTopic, messageId: 'b', body: null })
  const told = { subject: 'x', kind: 'execution', body: {} }
  for (const subject of ['a', 'b'])
    await stores.outbox.add({ ...told, subject }, earlier(5_000_000), ['webhook gone', 'fedora-messaging'])
  const [refused] = await stores.outbox.list({ publisher: 'webhook gone', limit: 1 })
  if (refused) await stores.outbox.advance(refused, 'giveUp', { now: at, problem: '500' })
  const [newest] = await setAside.list({ limit: 1 })
  return newest?.id ?? 0
}
