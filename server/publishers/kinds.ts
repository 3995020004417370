/** The publishers that there are: whoever writes, opens or shows asks here which of them the settings want. */
import { AppError } from '../../core/errors.ts'
import type { PublisherSettings, Settings } from '../../schemas/types.gen.ts'
import { chats } from './chat.ts'
import { fedoraMessagings } from './fedora-messaging.ts'
import { mails } from './mail.ts'
import type { Configured, Publisher, PublisherKind, PublisherNeeds, Subject } from './publisher.ts'
import { webhooks } from './webhook.ts'

/** By their parts of the settings: the compiler misses one that the schema has and this list has not. */
export const kinds: Readonly<Record<keyof PublisherSettings, PublisherKind>> = {
  webhooks,
  chat: chats,
  mail: mails,
  fedoraMessaging: fedoraMessagings,
}

export const configuredPublishers = ({ publishers = {} }: Settings): Configured[] =>
  Object.values(kinds).flatMap((kind) => kind(publishers))

/** Names of those that tell about `subject`. */
export const publishersOf = (settings: Settings, subject: Subject): string[] =>
  configuredPublishers(settings)
    .filter(({ about }) => about.includes(subject))
    .map(({ name }) => name)

/** Opens all of them. Throws BAD_SETTINGS for what cannot work. */
export const openPublishers = (needs: PublisherNeeds & { settings: Settings }): Promise<Publisher[]> =>
  Promise.all(
    configuredPublishers(needs.settings).map(async ({ part, open }) => {
      try {
        return await open(needs)
      } catch (error) {
        throw new AppError('BAD_SETTINGS', 400, `The part publishers: ${part}: ${(error as Error).message}.`)
      }
    }),
  )
