/** Names under which deliveries are kept, and who is meant: the same from start to start, whatever else the settings say. */
import type { Settings } from '../../schemas/types.gen.ts'

export const fedoraMessagingName = 'fedora-messaging'
export const mailName = 'mail'
export const chatName = (room: string): string => `chat ${room}`
export const webhookName = (name: string): string => `webhook ${name}`

/** Those that the settings want to hear of every execution. */
export const audienceOf = ({ publishers = {} }: Settings): string[] => [
  ...(publishers.fedoraMessaging ? [fedoraMessagingName] : []),
  ...Object.keys(publishers.webhooks ?? {}).map(webhookName),
]

/** Those that the settings want to hear of every result that others post. */
export const resultsAudienceOf = ({ publishers = {} }: Settings): string[] =>
  publishers.fedoraMessaging?.resultsdb ? [fedoraMessagingName] : []

/** Those by which people are told what changed. */
export const peoplesOf = ({ publishers = {} }: Settings): string[] => (publishers.mail ? [mailName] : [])

/** Kind of message of the outbox that tells of a result that somebody else posted. */
export const postedResult = 'posted result'
export interface PostedResultBody {
  /** Its id. */
  result: number
}
