/** A private PostgreSQL cluster on a unix socket. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, readdir } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { temporaryFolder } from './folder.ts'
import { until } from './until.ts'

export interface Cluster {
  /** Where its socket is. */
  folder: string
  /** Address of a database in it. */
  urlOf: (database: string) => string
  /** Empty, or a copy of another, which nobody may be connected to. */
  createDatabase: (name: string, from?: string) => Promise<void>
}

/** The database of the run's cluster that others are copied from: see shared-servers.ts. */
export const template = 'assay_template'

const run = promisify(execFile)

/** One that runs, as whoever knows its folder reaches it. */
export function clusterIn(folder: string): Cluster {
  const urlOf = (database: string): string =>
    `postgres://assay@localhost/${database}?host=${encodeURIComponent(folder)}`
  return {
    folder,
    urlOf,
    async createDatabase(name, from = 'template0') {
      const client = new Client(urlOf('postgres'))
      await client.connect()
      try {
        // Twice as quick as the other strategy where nothing is synced to a disk.
        await client.query(`create database ${name} template ${from} strategy file_copy`)
      } finally {
        await client.end()
      }
    },
  }
}

/** Starts one. The caller disposes of it. */
export async function startCluster(): Promise<Cluster & AsyncDisposable> {
  const folder = await temporaryFolder()
  const user = await unprivileged()
  const data = join(folder.path, 'data')
  await mkdir(data, { mode: 0o700 })
  for (const path of [folder.path, data]) await chown(path, user.uid, user.gid)
  const bin = await binaries()
  const as = { ...user, cwd: folder.path, env: { ...process.env, LC_ALL: 'C.UTF-8' } }
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'assay', '-A', 'trust', '-E', 'UTF8', '--no-sync'], as)
  const server = spawn(join(bin, 'postgres'), serverArguments(data, folder.path), { ...as, stdio: 'ignore' })
  const answers = (): Promise<boolean> =>
    run(join(bin, 'pg_isready'), ['-q', '-h', folder.path], as).then(Boolean, () => !assertRuns(server))
  await until('PostgreSQL to answer', answers, 120_000)
  return {
    ...clusterIn(folder.path),
    async [Symbol.asyncDispose]() {
      server.kill('SIGINT')
      if (server.exitCode === null) await once(server, 'exit')
      await folder[Symbol.asyncDispose]()
    },
  }
}

const serverArguments = (data: string, sockets: string): string[] => [
  ...['-D', data, '-k', sockets, '-c', 'listen_addresses='],
  ...['-c', 'fsync=off', '-c', 'max_connections=200'],
]

function assertRuns({ exitCode }: ChildProcess): true {
  if (exitCode !== null) throw new Error(`postgres ended with ${exitCode}`)
  return true
}

/** PostgreSQL refuses to run as root. */
async function unprivileged(): Promise<{ uid: number; gid: number }> {
  const { uid, gid } = userInfo()
  if (uid !== 0) return { uid, gid }
  const number = async (flag: string): Promise<number> => {
    const { stdout } = await run('id', [flag, 'postgres']).catch(() => run('id', [flag, 'nobody']))
    return Number(stdout)
  }
  return { uid: await number('-u'), gid: await number('-g') }
}

async function binaries(): Promise<string> {
  const root = '/usr/lib/postgresql'
  const newest = (await readdir(root)).map(Number).sort((one, other) => other - one)[0]
  if (newest === undefined) throw new Error('PostgreSQL is missing: `apt-get install postgresql`')
  return join(root, String(newest), 'bin')
}
