/** What a broker was told: an exchange of a test's own with a queue that keeps everything sent to it. */
import { randomUUID } from 'node:crypto'
import { connect, type GetMessage } from 'amqplib'
import { until } from './until.ts'

export interface Heard {
  topic: string
  id: string
  properties: GetMessage['properties']
  body: Record<string, unknown>
}

export interface Bus extends AsyncDisposable {
  exchange: string
  /** Everything heard so far, in the order of the queue. */
  heard: () => Promise<Heard[]>
  /** Waits until `enough` of what was heard. */
  hears: (what: string, enough: (all: readonly Heard[]) => boolean) => Promise<Heard[]>
}

/** `url`: of a broker that runs; it may end and come back meanwhile. */
export async function openBus(url: string): Promise<Bus> {
  const name = `assay-${randomUUID()}`
  const all: Heard[] = []
  const withChannel = async <T>(work: (channel: Channel) => Promise<T>): Promise<T> => {
    const connection = await connect(url)
    connection.on('error', () => undefined)
    try {
      return await work(await connection.createChannel())
    } finally {
      await connection.close().catch(() => undefined)
    }
  }
  await withChannel(async (channel) => {
    await channel.assertExchange(name, 'topic', { durable: true })
    await channel.assertQueue(name, { durable: true })
    await channel.bindQueue(name, name, '#')
  })
  const heard = async (): Promise<Heard[]> => {
    await withChannel(async (channel) => {
      for (;;) {
        const message = await channel.get(name)
        if (message === false) return
        all.push(toHeard(message))
        channel.ack(message)
      }
    })
    return all
  }
  return {
    exchange: name,
    heard,
    async hears(what, enough) {
      await until(what, async () => enough(await heard()))
      return all
    },
    async [Symbol.asyncDispose]() {
      await withChannel(async (channel) => {
        await channel.deleteQueue(name)
        await channel.deleteExchange(name)
      })
    },
  }
}

type Channel = Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createChannel']>>

const toHeard = ({ fields, properties, content }: GetMessage): Heard => ({
  topic: fields.routingKey,
  id: String(properties.messageId),
  properties,
  body: JSON.parse(content.toString()) as Record<string, unknown>,
})
