/**
 * What a run of the tests has once, in whatever processes its files run: a folder of its own for all that is temporary, and
 * the servers that are shared, of which the tests' archive of packages is always there. Mocha
 * starts and ends it in its main process (`require` in .mocharc.json); shared.ts asks it.
 */
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandLines } from './command-lines.ts'
import { servePackages } from './serve-packages.ts'
import type { Shared } from './shared-servers.ts'
import { askForTurn, takeTurn, turns } from './turns.ts'

let folder = ''
let server: Server
let packages: Awaited<ReturnType<typeof servePackages>>
const started = new Map<string, Promise<Shared>>()

export async function mochaGlobalSetup(): Promise<void> {
  // A short name: sockets lie below it, whose paths hold 107 bytes.
  folder = await mkdtemp(join(tmpdir(), 'assay-'))
  // Machines run as users of their own, and pass through.
  await chmod(folder, 0o711)
  process.env['TMPDIR'] = folder
  const socket = join(folder, 'shared')
  process.env['ASSAY_TEST_SHARED'] = socket
  const giveTurn = turns(availableParallelism())
  server = createServer((client) => {
    client.on('error', () => client.destroy())
    client.once('data', (name) => {
      if (name.toString() === askForTurn) giveTurn(client)
      else void answer(name.toString()).then((text) => client.end(text))
    })
  }).listen(socket)
  await once(server, 'listening')
  packages = await servePackages(folder)
}

/** Of each file in whatever process it runs. */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context): Promise<void> {
    this.timeout(0)
    const file = this.test?.parent?.suites[0]?.file
    endTurn = file === undefined ? () => undefined : await takeTurn(file)
  },
  afterAll: () => endTurn(),
}
let endTurn = (): void => undefined

/** JSON of what the asker needs to know of the server, or of why there is none. */
async function answer(name: string): Promise<string> {
  // Loaded late: each process of the run loads this file, and only this one starts servers.
  const { sharedServers } = await import('./shared-servers.ts')
  const start = sharedServers[name]
  if (!start) return JSON.stringify({ error: `there is no shared server ${name}` })
  const starting = started.get(name) ?? start()
  started.set(name, starting)
  return starting.then(
    ({ facts }) => JSON.stringify({ facts }),
    (error: unknown) => JSON.stringify({ error: String(error) }),
  )
}

/** Throws where the tests have left something. */
export async function mochaGlobalTeardown(): Promise<void> {
  for (const starting of started.values()) await (await starting.catch(() => null))?.[Symbol.asyncDispose]()
  await packages.close()
  server.close()
  await once(server, 'close')
  const files = await readdir(folder)
  const programs = (await commandLines()).filter((line) => line.includes(folder))
  await rm(folder, { recursive: true, force: true })
  if (files.length + programs.length > 0)
    throw new Error(`the tests have left files (${files.join(' ')}) and processes (${programs.join('; ')})`)
}
