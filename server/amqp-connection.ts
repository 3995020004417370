/** A connection to an AMQP 0-9-1 broker that is kept: lost, it comes back by itself with what was set up on it. */
import { readFile } from 'node:fs/promises'
import {
  connect,
  credentials,
  type Channel,
  type ChannelModel,
  type ConfirmChannel,
  type Options,
} from 'amqplib'
import type { Logger } from 'pino'

export interface BrokerAddress {
  /** `amqp://…` or `amqps://…` */
  url: string
  /** Paths of PEM files. With a certificate, it is the certificate that says who we are, not the address. */
  tls?: { authority?: string; certificate?: string; key?: string }
}

export interface KeptConnection {
  isConnected: () => boolean
  /** Calls `hear` whenever the connection is lost, or cannot be had yet. */
  onLost: (hear: () => void) => void
  /** Ends it for good. */
  close: () => Promise<void>
}

/** Milliseconds: between attempts to connect, growing from the first to the last, and how long one attempt may take. */
const patience = { first: 100, last: 10_000, connecting: 20_000 }

/**
 * Returns at once and connects until closed. `setUp` opens channels and declares what they need on each new
 * connection; what fails in it is tried again as a connection that failed is.
 */
export async function keepConnected(
  address: BrokerAddress,
  log: Logger,
  setUp: (connection: ChannelModel) => Promise<void>,
): Promise<KeptConnection> {
  const connection = await connect(address.url, {
    ...(await identity(address)),
    timeout: patience.connecting,
    clientProperties: { app: 'assay', connection_name: 'assay' },
    recovery: {
      initialDelay: patience.first,
      maxDelay: patience.last,
      waitForConnect: false,
      setup: async (model: ChannelModel) => {
        // Before anything can go wrong on it: an error that nobody hears ends the process.
        model.on('error', (error) => log.warn({ err: error }, 'the connection to the broker failed'))
        await setUp(model)
      },
    },
  })
  let connected = false
  connection.on('error', () => undefined)
  connection.on('connect', () => {
    connected = true
    log.info('connected to the broker')
  })
  connection.on('disconnect', (error) => {
    connected = false
    log.warn({ err: error }, 'the connection to the broker is lost')
  })
  connection.on('connect-failed', (error) => log.warn({ err: error }, 'the broker cannot be reached yet'))
  return {
    isConnected: () => connected,
    onLost(hear) {
      for (const event of ['disconnect', 'connect-failed']) connection.on(event, hear)
    },
    close: () => connection.close(),
  }
}

/** A channel whose end ends the connection, so that everything is set up anew. */
export async function openChannel(connection: ChannelModel, log: Logger): Promise<Channel> {
  return tied(connection, await connection.createChannel(), log)
}

/** The same, whose broker says of each message that it has taken it. */
export async function openConfirmChannel(connection: ChannelModel, log: Logger): Promise<ConfirmChannel> {
  return tied(connection, await connection.createConfirmChannel(), log)
}

/** Resolves once the broker has taken the message; rejects when it refuses, or is lost before it answered. */
export function publishConfirmed(
  channel: ConfirmChannel,
  { exchange, routingKey, body }: { exchange: string; routingKey: string; body: Buffer },
  options: Options.Publish,
): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.publish(exchange, routingKey, body, options, (error: unknown) => {
      if (error) reject(error instanceof Error ? error : new Error('the broker refused the message'))
      else resolve()
    })
  })
}

function tied<T extends Channel>(connection: ChannelModel, channel: T, log: Logger): T {
  channel.on('error', (error) => log.warn({ err: error }, 'the broker closed a channel'))
  channel.on('close', () => void connection.close().catch(() => undefined))
  return channel
}

async function identity({ tls }: BrokerAddress): Promise<Record<string, unknown>> {
  const { authority, certificate, key } = tls ?? {}
  return {
    ...(authority !== undefined && { ca: [await readFile(authority)] }),
    ...(certificate !== undefined && {
      cert: await readFile(certificate),
      credentials: credentials.external(),
    }),
    ...(key !== undefined && { key: await readFile(key) }),
  }
}
