/** Publishes CloudEvents to an address over HTTP, signed so that the other side knows whose they are. */
import { readFile } from 'node:fs/promises'
import { cdEvent, cloudEvent } from '../../core/messages/cloud-event.ts'
import type { WebhookSettings } from '../../schemas/types.gen.ts'
import { sign } from '../signature.ts'
import { announcementOf } from './announcement-of.ts'
import { send } from './http-post.ts'
import type { Publisher, PublisherKind, PublisherNeeds } from './publisher.ts'

const nameOf = (webhook: string): string => `webhook ${webhook}`

export const webhooks: PublisherKind = ({ webhooks: all = {} }) =>
  Object.entries(all).map(([webhook, settings]) => ({
    name: nameOf(webhook),
    part: `webhooks.${webhook}`,
    about: ['executions'],
    open: (needs) => openWebhook(needs, webhook, settings),
  }))

async function openWebhook(
  { baseUrl }: Pick<PublisherNeeds, 'baseUrl'>,
  name: string,
  { url, secretFile, vocabulary = 'assay' }: WebhookSettings,
): Promise<Publisher> {
  const secret = (await readFile(secretFile, 'utf8')).trim()
  const eventOf = vocabulary === 'cdevents' ? cdEvent : cloudEvent
  return {
    name: nameOf(name),
    width: 4,
    async send(delivery) {
      const body = Buffer.from(JSON.stringify(eventOf(announcementOf(delivery, baseUrl()))))
      const type = 'application/cloudevents+json; charset=utf-8'
      const headers = { 'content-type': type, 'x-assay-signature': sign(secret, body) }
      await send(url, { method: 'POST', body, headers })
    },
    close: () => Promise.resolve(),
  }
}
