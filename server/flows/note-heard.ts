/** What people look at: what was heard last, how much was left out and by which rule, and what nobody understood. */
import { grouped } from '../../core/grouped.ts'
import type { Heard, NativeMessage } from '../../core/listening/heard.ts'
import type { Services } from '../services.ts'
import type { Settled } from './told.ts'

/** Safe to repeat, but for the counts. */
export async function noteHeard(
  { stores, now }: Services,
  listener: string,
  settled: readonly Settled[],
): Promise<void> {
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
