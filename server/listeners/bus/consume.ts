/** Consumes a bus: each message is acknowledged once nothing of it can be lost, and what was missed is asked for. */
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BusListener } from '../../../schemas/types.gen.ts'
import { AppError } from '../../../core/errors.ts'
import { keepConnected, openChannel } from '../../amqp-connection.ts'
import type { Services } from '../../services.ts'
import type { Listener } from '../listener.ts'
import { catchUp } from './catch-up.ts'
import { hearMessages } from './hear-messages.ts'
import { openMark, type Mark } from './mark.ts'
import { readMessage } from './read-message.ts'

/** Milliseconds before messages are tried again that could not be stored. */
const pause = 1_000

interface Consuming {
  services: Services
  bus: BusListener
  mark: Mark
  signal: AbortSignal
  /** Called after each message of which nothing can be lost any more. */
  onHeard: () => void
}

/** Throws NO_BROKER where nobody says which broker it is. */
export async function consumeBus(
  services: Services,
  bus: BusListener,
  onHeard: () => void = () => undefined,
): Promise<Listener> {
  const url = bus.url ?? services.config.amqpUrl
  if (url === null)
    throw new AppError('NO_BROKER', 400, `Listener ${bus.name} names no broker: set its url, or AMQP_URL.`)
  const closing = new AbortController()
  const log = services.log.child({ listener: bus.name })
  const mark = await openMark(services, bus.name)
  const consuming = { services, bus, mark, signal: closing.signal, onHeard }
  const work = new Set<Promise<void>>()
  const track = (promise: Promise<void>): void => {
    const tracked = promise.finally(() => work.delete(tracked))
    work.add(tracked)
  }
  const connection = await keepConnected({ url, ...(bus.tls && { tls: bus.tls }) }, log, (model) =>
    setUp(consuming, model, track),
  )
  connection.onLost(() => {
    if (!closing.signal.aborted) track(sayLost(services, bus).catch((error: unknown) => log.warn(error)))
  })
  return {
    async close() {
      closing.abort()
      await Promise.all(work)
      await connection.close().catch(() => undefined)
    },
  }
}

/** Where the broker is stays in the log: everybody may read what troubles a listener. */
const sayLost = ({ stores, now }: Services, { name }: BusListener): Promise<void> =>
  stores.listeners.setTrouble(name, 'The broker cannot be reached.', now())

/** On each new connection: the queue first, so that nothing falls between it and what is asked for of the past. */
async function setUp(
  consuming: Consuming,
  model: ChannelModel,
  track: (work: Promise<void>) => void,
): Promise<void> {
  const { bus, services } = consuming
  if (consuming.signal.aborted) return
  const channel = await openChannel(model, services.log)
  const lost = new AbortController()
  channel.once('close', () => lost.abort())
  const signal = AbortSignal.any([consuming.signal, lost.signal])
  const here = { ...consuming, signal }
  await declare(channel, bus)
  await channel.prefetch(bus.prefetch ?? 50)
  if (bus.history) track(catchUp(here, bus.history))
  const waiting: ConsumeMessage[] = []
  let isTaking = false
  // One after the other: what a build and its repeat lead to must not depend on which is faster. What comes in while some
  // are taken is taken together.
  const takeWaiting = async (): Promise<void> => {
    isTaking = true
    while (waiting.length > 0) await take(here, channel, waiting.splice(0))
    isTaking = false
  }
  await channel.consume(bus.queue, (delivered) => {
    if (!delivered || signal.aborted) return
    waiting.push(delivered)
    if (!isTaking) track(takeWaiting())
  })
  await services.stores.listeners.setTrouble(bus.name, null, services.now())
}

async function declare(
  channel: Channel,
  { queue, passive, bindings, exchange = 'amq.topic' }: BusListener,
): Promise<void> {
  if (passive) {
    await channel.checkQueue(queue)
    return
  }
  await channel.assertQueue(queue, { durable: true })
  for (const key of bindings) await channel.bindQueue(queue, exchange, key)
}

async function take(
  consuming: Consuming,
  channel: Channel,
  delivered: readonly ConsumeMessage[],
): Promise<void> {
  const { services, bus, mark, signal, onHeard } = consuming
  // What is still in hand at the end was not acknowledged: the broker gives it out again.
  if (signal.aborted) return
  try {
    const messages = delivered.map(readMessage)
    await hearMessages(services, bus, messages)
    for (const { sentAt } of messages) await mark.reached(sentAt)
    for (const one of delivered) channel.ack(one)
    onHeard()
  } catch (error) {
    services.log.warn({ err: error, listener: bus.name }, 'messages cannot be stored now and are tried again')
    await sleep(pause, undefined, { signal }).catch(() => undefined)
    giveBack(channel, delivered)
  }
}

/** The channel may be gone: then the broker has taken it back already. */
function giveBack(channel: Channel, delivered: readonly ConsumeMessage[]): void {
  try {
    for (const one of delivered) channel.nack(one)
  } catch {
    return
  }
}
