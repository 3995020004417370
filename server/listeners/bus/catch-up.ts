/** Asks for what a bus carried while nobody listened, page by page, from an API like datagrepper's. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../../core/errors.ts'
import { parseJson } from '../../../core/json.ts'
import type { BusHistoryMessage, BusListener } from '../../../schemas/types.gen.ts'
import { validateBusHistory } from '../../../schemas/validate.ts'
import type { Services } from '../../services.ts'
import { hearMessages } from './hear-messages.ts'
import type { Mark } from './mark.ts'
import { timeOf, type BusMessage } from './read-message.ts'

type History = NonNullable<BusListener['history']>

/** Milliseconds and bytes. Clocks differ, and brokers deliver late: it asks for a little more than it missed. */
const limits = { overlap: 5 * 60_000, patience: 120_000, pause: 30_000, page: 64 * 1024 ** 2 }

interface CatchingUp {
  services: Services
  bus: BusListener
  mark: Mark
  signal: AbortSignal
  onHeard: () => void
}

/** Hears what came since the mark. What goes wrong is said and tried again, until `signal` says that it is over. */
export async function catchUp(catching: CatchingUp, history: History): Promise<void> {
  const { services, bus, signal } = catching
  const { listeners } = services.stores
  for (;;) {
    try {
      await hearMissed(catching, history)
      await listeners.setTrouble(bus.name, null, services.now())
      return
    } catch (error) {
      if (signal.aborted) return
      services.log.warn({ err: error, listener: bus.name }, 'what was missed cannot be asked for')
      await listeners.setTrouble(bus.name, `Catching up: ${(error as Error).message}`, services.now())
      await sleep(limits.pause, undefined, { signal }).catch(() => undefined)
    }
  }
}

async function hearMissed(catching: CatchingUp, history: History): Promise<void> {
  const { services, bus, mark, signal, onHeard } = catching
  const until = services.now()
  const since = mark.since()
  await mark.during(until, async () => {
    if (since === null) return
    for await (const page of missed(history, { since, until, signal })) {
      signal.throwIfAborted()
      await hearMessages(services, bus, page)
      onHeard()
    }
  })
}

interface Span {
  since: string
  until: string
  signal: AbortSignal
}

/** Page by page. */
async function* missed(history: History, span: Span): AsyncGenerator<BusMessage[]> {
  for (let page = 1, pages = 1; page <= pages; page++) {
    const answer = await ask(history, span, page)
    pages = answer.pages
    yield answer.raw_messages.map(toMessage)
  }
}

async function ask({ url, topics }: History, { since, until, signal }: Span, page: number) {
  const start = Math.floor((Date.parse(since) - limits.overlap) / 1000)
  const end = Math.ceil(Date.parse(until) / 1000)
  const query = new URLSearchParams({
    ...{ start: String(start), end: String(end), order: 'asc', rows_per_page: '100', page: String(page) },
  })
  for (const topic of topics) query.append('topic', topic)
  const patience = AbortSignal.any([signal, AbortSignal.timeout(limits.patience)])
  const response = await fetch(`${url}?${query.toString()}`, { signal: patience })
  if (!response.ok) throw unavailable(url, `the answer is ${response.status}`)
  const text = await response.text()
  if (text.length > limits.page) throw unavailable(url, 'a page is too large')
  const { value, problems } = validateBusHistory(parseJson(text))
  if (!value) throw unavailable(url, `a page is not understood: ${problems[0]?.message ?? ''}`)
  return value
}

function toMessage({ id, topic, headers, body, msg }: BusHistoryMessage): BusMessage {
  const content = body ?? msg
  const isObject = typeof content === 'object' && content !== null && !Array.isArray(content)
  return {
    topic,
    id,
    sentAt: timeOf(headers?.['sent-at']),
    body: content,
    unreadable: isObject ? null : 'It is not a JSON object.',
    bytes: Buffer.from(JSON.stringify(content ?? null)),
  }
}

const unavailable = (url: string, why: string): AppError =>
  new AppError('HISTORY_UNAVAILABLE', 502, `${url} does not say what was missed: ${why}.`)
