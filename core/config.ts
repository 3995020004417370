/** The environment as a frozen value: parsed once, at the door of a program, and never looked at again. Pure. */
import { join, resolve } from 'node:path'
import { validateEnvironment } from '../schemas/validate.ts'
import { InvalidInput } from './errors.ts'
import { secondsOf } from './formats/units.ts'

export interface Config {
  /** Absolute path of the folder of everything. */
  data: string
  listen: { host: string; port: number }
  /** Public base address without a slash at its end; null: as the listening socket says. */
  url: string | null
  databaseUrl: string
  /** null: the server starts a private one. */
  redisUrl: string | null
  /** The broker of whatever speaks AMQP and names no other; null: none. */
  amqpUrl: string | null
  /** Where the command line and runners find the server: http(s)://… or unix:/…; null: the socket in `data`. */
  server: string | null
  token: string | null
  defaultImage: string
  internetAllowed: boolean
  /** Machines that a runner keeps busy at a time; null: one per core. */
  machines: number | null
  /** Machines that wait to be asked for, of each shape in demand; null: as many as are busy, at most two. */
  waiting: number | null
  /** How long a runner leaves the machine of a check that failed up; null: not at all. */
  holdSeconds: number | null
  /** Absolute path of the folder where frozen machines lie; null: one in `data`. */
  templates: string | null
  /** Host names of mirrors that machines may fetch packages from; null: the host's own package sources. */
  mirrors: string[] | null
  /** Hosts (globs) that builds' files may be fetched from; null: whatever is public. */
  artifactHosts: string[] | null
  /** Results that other systems post. */
  results: {
    post: 'token' | 'open'
    /** Outcomes beside ResultsDB's own. */
    outcomes: string[]
  }
  /** Absolute path of the site's settings file; null: there is none. */
  settingsFile: string | null
  logLevel: string
}

const known = /^(ASSAY_|DATABASE_URL$|REDIS_URL$|AMQP_URL$)/

/** Reads `env`; throws INVALID_INPUT naming every variable that is wrong or unknown. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([key, value]) => known.test(key) && value !== ''),
  )
  const { value, problems } = validateEnvironment(given)
  if (!value)
    throw new InvalidInput(
      'The environment',
      problems.map(({ path, message }) => `${path.join('.')}: ${message}`),
    )
  const data = resolve(value.ASSAY_DATA ?? './data')
  const listen = value.ASSAY_LISTEN ?? '127.0.0.1:8080'
  const colon = listen.lastIndexOf(':')
  return Object.freeze({
    data,
    listen: { host: listen.slice(0, colon), port: Number(listen.slice(colon + 1)) },
    url: value.ASSAY_URL ?? null,
    databaseUrl: value.DATABASE_URL ?? join(data, 'assay.sqlite'),
    redisUrl: value.REDIS_URL ?? null,
    amqpUrl: value.AMQP_URL ?? null,
    server: value.ASSAY_SERVER ?? null,
    token: value.ASSAY_TOKEN ?? null,
    defaultImage: value.ASSAY_IMAGE ?? 'debian-12',
    internetAllowed: value.ASSAY_INTERNET === 'yes',
    machines: value.ASSAY_RUNNERS === undefined ? null : Number(value.ASSAY_RUNNERS),
    waiting: value.ASSAY_POOL === undefined ? null : Number(value.ASSAY_POOL),
    holdSeconds: value.ASSAY_HOLD === undefined ? null : secondsOf(value.ASSAY_HOLD),
    templates: value.ASSAY_TEMPLATES === undefined ? null : resolve(value.ASSAY_TEMPLATES),
    mirrors: hostsIn(value.ASSAY_MIRRORS),
    artifactHosts: hostsIn(value.ASSAY_ARTIFACT_HOSTS),
    results: {
      post: value.ASSAY_RESULTS_POST ?? 'token',
      outcomes: (value.ASSAY_RESULTS_OUTCOMES ?? 'QUEUED,RUNNING,ERROR').split(','),
    },
    settingsFile: value.ASSAY_SETTINGS === undefined ? null : resolve(value.ASSAY_SETTINGS),
    logLevel: value.ASSAY_LOG ?? 'info',
  })
}

const hostsIn = (text: string | undefined): string[] | null =>
  text
    ?.split(',')
    .map((host) => host.trim())
    .filter(Boolean) ?? null
