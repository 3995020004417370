import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { readConfig } from '../../core/config.ts'
import { startServer } from '../../server/main.ts'
import { environment, program } from '../support/assay.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'
import { startTestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

describe('the server', () => {
  let folder: TemporaryFolder
  const children: ChildProcess[] = []

  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(async () => {
    for (const child of children.splice(0))
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
    await folder[Symbol.asyncDispose]()
  })

  const settings = (more: Record<string, string> = {}): NodeJS.ProcessEnv =>
    environment({ ASSAY_DATA: folder.path, ...more })
  const start = (): ReturnType<typeof startServer> => startServer(readConfig(settings()))
  const startProgram = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [program, 'serve'], {
      env: settings(),
      stdio: 'ignore',
    })
    children.push(child)
    await until('the server to open its socket', () => existsSync(join(folder.path, 'assay.sock')))
    return child
  }
  const redisPid = async (): Promise<number> =>
    Number(await readFile(join(folder.path, 'redis', 'redis.pid'), 'utf8').catch(() => '0'))

  it('is the only one of its data folder', async () => {
    await using first = await startTestServer()
    const config = first.services.config
    await assert.rejects(startServer(config), { code: 'DATA_IN_USE', message: /ASSAY_DATA/ })
    assert.equal((await fetch(`${first.url}/healthz`)).status, 200)
  })

  it('takes the data folder over from one that was killed, and ends the Redis that it left', async () => {
    const killed = await startProgram()
    const pid = await redisPid()
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    const next = await start()
    try {
      assert.equal((await fetch(`${next.url}/healthz`)).status, 200)
      assert.notEqual(await redisPid(), pid)
      await until('the old Redis to be gone', () => !existsSync(`/proc/${pid}`))
    } finally {
      await next.close()
    }
  })

  it('leaves no process and no socket behind when it is told to end', async () => {
    const child = await startProgram()
    const pid = await until('the pid of its Redis', redisPid)
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [0, null])
    assert.equal(existsSync(`/proc/${pid}`), false)
    assert.equal(existsSync(join(folder.path, 'assay.sock')), false)
  })

  it('keeps its socket and its secrets to its owner', async () => {
    const server = await start()
    try {
      for (const name of ['assay.sock', 'assay.sqlite', 'webhook-secret'])
        assert.equal((await stat(join(folder.path, name))).mode & 0o077, 0, name)
    } finally {
      await server.close()
    }
  })

  it('removes a socket that the dead left', async () => {
    await writeFile(join(folder.path, 'assay.sock'), '')
    const server = await start()
    await server.close()
  })

  it('says which port is taken and what to do, and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const config = readConfig(settings({ ASSAY_LISTEN: `127.0.0.1:${port}` }))
    await assert.rejects(startServer(config), { code: 'PORT_IN_USE', message: /ASSAY_LISTEN/ })
    assert.equal(await redisPid(), 0)
    other.close()
    const server = await start()
    await server.close()
  })

  it('says so when its data folder is too deep for a socket', async () => {
    const deep = join(folder.path, 'x'.repeat(100))
    await mkdir(deep)
    const config = readConfig(settings({ ASSAY_DATA: deep }))
    await assert.rejects(startServer(config), { code: 'DATA_PATH_TOO_LONG', message: /ASSAY_DATA/ })
  })

  it('says in one line what is wrong with its environment', async () => {
    const env = settings({ ASSAY_TYPO: '1' })
    const child = spawn(process.execPath, [program, 'serve'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let text = ''
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number]
    assert.equal(code, 2)
    assert.match(text, /^assay: The environment is not valid: ASSAY_TYPO: unknown key "ASSAY_TYPO"\n$/)
  })
})
