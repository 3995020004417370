/** What every publisher is, and what the settings may ask for: one file of this folder for each kind, listed in kinds.ts. */
import type { Logger } from 'pino'
import type { Config } from '../../core/config.ts'
import type { PublisherSettings } from '../../schemas/types.gen.ts'
import type { ExecutionFiles } from '../execution-files.ts'
import type { Delivery } from '../store/outbox.ts'
import type { Stores } from '../store/stores.ts'

/** It sends one message, and says whether the trouble is the message's or the way's. */
export interface Publisher {
  /** Its deliveries are kept under it: it stays the same from start to start. */
  name: string
  /** Messages that it may have on the way at a time. */
  width: number
  /** Resolves once the other side has taken all that `delivery` says. Throws Unreachable, or why it was refused. */
  send: (delivery: Delivery) => Promise<void>
  close: () => Promise<void>
}

/** The other side cannot be reached, or takes nothing now: no fault of the message, which waits as long as it takes. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

/** What it may be there for: every execution, every result that others post, and what changed, told to people or to rooms of chats. */
export const subjects = ['executions', 'posted results', 'changes for people', 'changes for rooms'] as const
export type Subject = (typeof subjects)[number]

/** One that the settings ask for. Nothing is opened, read or asked yet. */
export interface Configured {
  /** That of the publisher. */
  name: string
  /** Where it stands in the part `publishers` of the settings. */
  part: string
  about: readonly Subject[]
  /** Does not wait for the other side. Throws for what cannot work: a file that is not there, settings that contradict each other. */
  open: (needs: PublisherNeeds) => Promise<Publisher>
}

/** A kind of publisher: which of it the settings ask for. Pure. */
export type PublisherKind = (settings: PublisherSettings) => Configured[]

/** What publishers may use. */
export interface PublisherNeeds {
  config: Pick<Config, 'amqpUrl'>
  stores: Stores
  files: ExecutionFiles
  log: Logger
  now: () => string
  /** The public base address, without a slash at its end. */
  baseUrl: () => string
  /** Key of links that act without a sign-in. */
  linkSecret: string
}
