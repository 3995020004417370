/** Which publishers the settings ask for. */
import type { Config } from '../../core/config.ts'
import { AppError } from '../../core/errors.ts'
import type { Settings } from '../../schemas/types.gen.ts'
import { chat } from './chat.ts'
import { fedoraMessaging, type Needs as BrokerNeeds } from './fedora-messaging.ts'
import { mail, type Needs as MailNeeds } from './mail.ts'
import type { Publisher } from './publisher.ts'
import { webhook } from './webhook.ts'

/** Opens all of them; none waits for the other side. Throws BAD_SETTINGS for what cannot work. */
export async function openPublishers(
  needs: BrokerNeeds & MailNeeds & { config: Config; settings: Settings },
): Promise<Publisher[]> {
  const {
    fedoraMessaging: bus,
    mail: post,
    webhooks = {},
    chat: rooms = {},
  } = needs.settings.publishers ?? {}
  const opened = await Promise.all(
    Object.entries(webhooks).map(([name, settings]) =>
      webhook(needs, name, settings).catch(refuse(`webhooks.${name}`)),
    ),
  )
  for (const [name, room] of Object.entries(rooms))
    opened.push(await chat(needs, name, room).catch(refuse(`chat.${name}`)))
  if (post) opened.push(await mail(needs, post).catch(refuse('mail')))
  if (!bus) return opened
  const url = bus.url ?? needs.config.amqpUrl
  if (url === null) throw refused('fedoraMessaging names no url, and AMQP_URL is not set')
  return [...opened, await fedoraMessaging(needs, bus, url)]
}

const refuse =
  (part: string) =>
  (error: unknown): never => {
    throw refused(`${part}: ${(error as Error).message}`)
  }

const refused = (why: string): AppError => new AppError('BAD_SETTINGS', 400, `The part publishers: ${why}.`)
