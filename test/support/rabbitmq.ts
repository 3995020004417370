/** A real RabbitMQ of a test's own: its own ports, folders, cookie and port mapper, and nothing of it left at the end. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'amqplib'
import { makeCertificates, type Certificates } from './certificates.ts'
import { temporaryFolder } from './folder.ts'
import { freePorts } from './free-ports.ts'
import { until } from './until.ts'

/** What clients of one must know. */
export interface Broker {
  /** `amqp://…`, as the user guest. */
  url: string
  /** `amqps://…` without a user: for clients that prove with a certificate that they are guest. */
  tlsUrl: string
  certificates: Certificates
}

export interface TestBroker extends Broker, AsyncDisposable {
  /** Ends it at once, as a crash would: what it confirmed is on its disk. */
  kill: () => Promise<void>
  /** Starts it again, at the same address, with what it kept. */
  start: () => Promise<void>
}

interface Ports {
  amqp: number
  tls: number
  distribution: number
  mapper: number
}

const program = '/usr/lib/rabbitmq/bin/rabbitmq-server'
const installed = '/usr/lib/rabbitmq/lib'
const plugin = 'rabbitmq_auth_mechanism_ssl'
/** Milliseconds: its start is seconds of work, and others may work beside it. */
const bootPatience = 120_000

/** Starts one. The caller disposes of it. */
export async function startRabbitmq(): Promise<TestBroker> {
  const folder = await temporaryFolder()
  const [amqp = 0, tls = 0, distribution = 0, mapper = 0] = await freePorts(4)
  const ports: Ports = { amqp, tls, distribution, mapper }
  const certificates = await makeCertificates(folder.path, 'guest')
  await writeFile(join(folder.path, 'rabbitmq.config'), configuration(ports, certificates))
  await writeFile(join(folder.path, 'enabled'), `[${plugin}].`)
  await linkPlugins(join(folder.path, 'plugins'))
  const environment = { ...process.env, ...settings(folder.path, ports) }
  const url = `amqp://127.0.0.1:${amqp}`
  const running: ChildProcess[] = []
  const launch = (command: string, args: string[]): void => {
    const options = { cwd: folder.path, env: environment, stdio: 'ignore' } as const
    running.push(spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args], options))
  }
  const start = async (): Promise<void> => {
    // Erlang's port mapper would otherwise be started in the background, and stay.
    launch('epmd', ['-address', '127.0.0.1', '-port', String(mapper)])
    launch(program, [])
    await untilItAnswers(url, running)
  }
  const kill = async (): Promise<void> => {
    await Promise.all(running.splice(0).map(end))
  }
  const dispose = async (): Promise<void> => {
    await kill()
    await folder[Symbol.asyncDispose]()
  }
  await start().catch(async (error: unknown) => {
    await dispose()
    throw error
  })
  return {
    url,
    tlsUrl: `amqps://localhost:${tls}`,
    certificates,
    kill,
    start,
    [Symbol.asyncDispose]: dispose,
  }
}

/** In Erlang's own terms: to understand another form is a second of work. Strings are written as in JSON. */
const configuration = ({ tls }: Ports, { authority, server }: Certificates): string => `[{rabbit, [
  {ssl_listeners, [{"127.0.0.1", ${tls}}]},
  {ssl_options, [
    {cacertfile, ${JSON.stringify(authority)}},
    {certfile, ${JSON.stringify(server.certificate)}},
    {keyfile, ${JSON.stringify(server.key)}},
    {verify, verify_peer},
    {fail_if_no_peer_cert, true}
  ]},
  {ssl_cert_login_from, common_name},
  {auth_mechanisms, ['PLAIN', 'EXTERNAL']}
]}].
`

/** All that RabbitMQ and Erlang would otherwise look for, or leave, elsewhere on the host. */
const settings = (folder: string, ports: Ports): Record<string, string> => ({
  HOME: folder,
  ERL_EPMD_PORT: String(ports.mapper),
  RABBITMQ_NODENAME: 'assay@localhost',
  RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
  RABBITMQ_NODE_PORT: String(ports.amqp),
  RABBITMQ_DIST_PORT: String(ports.distribution),
  RABBITMQ_BASE: folder,
  RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
  RABBITMQ_LOG_BASE: join(folder, 'log'),
  RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
  RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled'),
  RABBITMQ_PLUGINS_DIR: join(folder, 'plugins'),
  RABBITMQ_CONF_ENV_FILE: '/dev/null',
  // Makes the script become Erlang instead of keeping it as a child.
  RABBITMQ_ALLOW_INPUT: '1',
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
    '-noshell -noinput -start_epmd false +S 1:1 -kernel inet_dist_use_interface {127,0,0,1}',
})

/** To the one that we use, and to what it and the broker stand on: the broker reads all that it finds, for a second. */
async function linkPlugins(folder: string): Promise<void> {
  await mkdir(folder)
  for (const version of await readdir(installed)) {
    const from = join(installed, version, 'plugins')
    const names = (await readdir(from)).filter(
      (name) =>
        !name.startsWith('rabbitmq_') || name.startsWith(plugin) || name.startsWith('rabbitmq_prelaunch'),
    )
    await Promise.all(names.map((name) => symlink(join(from, name), join(folder, name))))
  }
}

async function untilItAnswers(url: string, running: readonly ChildProcess[]): Promise<void> {
  const answers = async (): Promise<boolean> => {
    const ended = running.find(({ exitCode, signalCode }) => (exitCode ?? signalCode) !== null)
    if (ended) throw new Error(`RabbitMQ ended: ${ended.spawnargs.join(' ')}`)
    const connection = await connect(url).catch(() => null)
    await connection?.close()
    return connection !== null
  }
  await until('RabbitMQ to answer', answers, bootPatience)
}

async function end(child: ChildProcess): Promise<void> {
  if ((child.exitCode ?? child.signalCode) !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
