/** Publishes to a broker in the form of Fedora Messaging: a message is sent when the broker has confirmed it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConfirmChannel } from 'amqplib'
import type { Announcement } from '../../core/messages/announcement.ts'
import { fedoraMessages, resultMessage, type FedoraMessage } from '../../core/messages/fedora-message.ts'
import { links } from '../../core/resultsdb/links.ts'
import { resultView } from '../../core/resultsdb/views.ts'
import type { FedoraMessagingSettings, ResultsdbResult } from '../../schemas/types.gen.ts'
import { keepConnected, openConfirmChannel, publishConfirmed } from '../amqp-connection.ts'
import { announcementOf } from './announcement-of.ts'
import type { Delivery } from '../store/outbox.ts'
import { postedResult, type PostedResultBody } from './posted-result.ts'
import { Unreachable, type Publisher, type PublisherKind, type PublisherNeeds } from './publisher.ts'

type Needs = Pick<PublisherNeeds, 'config' | 'stores' | 'log' | 'now' | 'baseUrl'>

const fedoraMessagingName = 'fedora-messaging'

/** A channel, and whether it is lost. */
interface OpenChannel {
  channel: ConfirmChannel
  loss: AbortSignal
}

/** Milliseconds that a broker may take to confirm. */
const patience = 30_000

export const fedoraMessagings: PublisherKind = ({ fedoraMessaging: settings }) =>
  settings
    ? [
        {
          name: fedoraMessagingName,
          part: 'fedoraMessaging',
          about: settings.resultsdb ? ['executions', 'posted results'] : ['executions'],
          open: (needs) => openFedoraMessaging(needs, settings),
        },
      ]
    : []

async function openFedoraMessaging(needs: Needs, settings: FedoraMessagingSettings): Promise<Publisher> {
  const url = settings.url ?? needs.config.amqpUrl
  if (url === null) throw new Error('it names no url, and AMQP_URL is not set')
  const { exchange = 'amq.topic', topicPrefix: prefix, ci: contact = null, resultsdb = false } = settings
  let open: OpenChannel | null = null
  const address = { url, ...(settings.tls && { tls: settings.tls }) }
  const connection = await keepConnected(address, needs.log, async (fresh) => {
    const channel = await openConfirmChannel(fresh, needs.log)
    await channel.checkExchange(exchange)
    const loss = new AbortController()
    channel.on('close', () => loss.abort())
    open = { channel, loss: loss.signal }
  })
  const publish = async (message: FedoraMessage): Promise<void> => {
    if (!connection.isConnected() || open === null) throw new Unreachable('there is no broker')
    await confirmed(open, exchange, message)
  }
  const sendResult = async ({ messageId, body }: Delivery): Promise<void> => {
    const result = await needs.stores.resultsdbResults.byId((body as PostedResultBody).result)
    if (!result) return
    await publish(
      resultMessage(messageId, resultView(result, links(needs.baseUrl())), { prefix }, needs.now()),
    )
  }
  return {
    name: fedoraMessagingName,
    width: 50,
    async send(delivery) {
      if (delivery.kind === postedResult) return sendResult(delivery)
      const announcement = announcementOf(delivery, needs.baseUrl())
      const results = resultsdb ? await resultsOf(needs, announcement) : []
      for (const message of fedoraMessages(announcement, results, { prefix, contact }, needs.now()))
        await publish(message)
    },
    close: () => connection.close(),
  }
}

async function resultsOf(
  { stores }: Pick<Needs, 'stores'>,
  { phase, execution, base }: Announcement,
): Promise<ResultsdbResult[]> {
  if (phase !== 'finished') return []
  const results = await stores.resultsdbResults.ofExecution(execution.id)
  return results.map((result) => resultView(result, links(base)))
}

/** A channel that is lost, or a broker that does not answer, says nothing about the message. */
async function confirmed(
  { channel, loss }: OpenChannel,
  exchange: string,
  message: FedoraMessage,
): Promise<void> {
  const answered = new AbortController()
  const silence = sleep(patience, undefined, { signal: answered.signal }).then(() => {
    throw new Unreachable(`the broker did not confirm within ${patience / 1000} seconds`)
  })
  const told = { exchange, routingKey: message.topic, body: bodyOf(message) }
  try {
    await Promise.race([publishConfirmed(channel, told, propertiesOf(message)), silence])
  } catch (error) {
    const { name, message: why } = error as Error
    const isLost = loss.aborted || name === 'IllegalOperationError'
    throw isLost ? new Unreachable(`the connection to the broker was lost: ${why}`) : error
  } finally {
    answered.abort()
  }
}

const propertiesOf = ({ id, headers }: FedoraMessage) => ({
  messageId: id,
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  deliveryMode: 2,
  headers,
})

const bodyOf = ({ body }: FedoraMessage): Buffer => Buffer.from(JSON.stringify(body))
