/** Publishes CloudEvents to an address over HTTP, signed so that the other side knows whose they are. */
import { readFile } from 'node:fs/promises'
import { cdEvent, cloudEvent } from '../../core/messages/cloud-event.ts'
import type { WebhookSettings } from '../../schemas/types.gen.ts'
import type { Services } from '../services.ts'
import { sign } from '../signature.ts'
import { announcementOf } from './announcement-of.ts'
import { webhookName } from './names.ts'
import { Unreachable, type Publisher } from './publisher.ts'

/** Milliseconds that the other side may take to answer. */
const patience = 20_000

/** What an answer says about the way rather than about the message. */
const troubles: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504])

export async function webhook(
  { baseUrl }: Pick<Services, 'baseUrl'>,
  name: string,
  { url, secretFile, vocabulary = 'assay' }: WebhookSettings,
): Promise<Publisher> {
  const secret = (await readFile(secretFile, 'utf8')).trim()
  const eventOf = vocabulary === 'cdevents' ? cdEvent : cloudEvent
  return {
    name: webhookName(name),
    width: 4,
    async send(delivery) {
      const body = Buffer.from(JSON.stringify(eventOf(announcementOf(delivery, baseUrl()))))
      const type = 'application/cloudevents+json; charset=utf-8'
      await post(url, body, { 'content-type': type, 'x-assay-signature': sign(secret, body) })
    },
    close: () => Promise.resolve(),
  }
}

/** Resolves when the other side answers that all is well. Throws Unreachable, or what it answered. */
async function post(url: string, body: Buffer, headers: Record<string, string>): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: new Uint8Array(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(patience),
  }).catch((error: unknown) => {
    throw new Unreachable(`no answer: ${causeOf(error as Error)}`)
  })
  await response.body?.cancel()
  if (response.ok) return
  const answer = `it answered ${response.status}`
  throw troubles.has(response.status) ? new Unreachable(answer) : new Error(answer)
}

const causeOf = ({ message, cause }: Error): string => (cause instanceof Error ? cause.message : message)
