import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { artifactHosts } from '../../runner/artifact-hosts.ts'
import { fetchArtifact } from '../../runner/fetch-artifact.ts'
import { fetchArtifacts } from '../../runner/fetch-artifacts.ts'
import type { BuildArtifact } from '../../schemas/types.gen.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'
import { listenOn } from '../support/listen.ts'
import { never } from '../support/machines.ts'

describe('fetching an artifact', function () {
  this.timeout(30_000)
  const bytes = Buffer.from('a package, as far as anybody can tell')
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  let folder: TemporaryFolder
  let server: Awaited<ReturnType<typeof listenOn>>
  let answer: RequestListener
  let asked: string[]
  let count = 0

  before(async () => {
    folder = await temporaryFolder()
    server = await listenOn(
      createServer((request, response) => {
        asked.push(request.url ?? '')
        answer(request, response)
      }),
    )
  })
  beforeEach(() => {
    asked = []
    answer = (_, response) => response.end(bytes)
  })
  after(async () => {
    await server.close()
    await folder[Symbol.asyncDispose]()
  })

  const target = (): string => join(folder.path, `file-${(count += 1)}`)
  const artifact = (changes: Partial<BuildArtifact> = {}): BuildArtifact => ({
    name: 'hello.deb',
    url: `${server.url}/hello.deb`,
    sha256,
    ...changes,
  })
  const fetchIt = (changes?: Partial<BuildArtifact>, signal = never, room?: number) =>
    fetchArtifact(artifact(changes), target(), { signal, ...(room !== undefined && { room }) })
  const ends = (how: string, message: RegExp) => ({ name: 'AttemptEnded', how, message })

  it('brings what was announced', async () => {
    const path = target()
    assert.equal(await fetchArtifact(artifact(), path, { signal: never }), bytes.length)
    assert.deepEqual(await readFile(path), bytes)
  })

  it('follows redirects, but not to files, nor for ever', async () => {
    const to =
      (location: string): RequestListener =>
      (request, response) =>
        request.url === '/there' ? response.end(bytes) : response.writeHead(302, { location }).end()
    answer = to('/there')
    assert.equal(await fetchIt(), bytes.length)
    for (const location of ['file:///etc/passwd', 'ftp://x/y', 'http://', 'data:,x']) {
      answer = to(location)
      await assert.rejects(fetchIt(), ends('artifact_unavailable', /only http and https|cannot be fetched/))
    }
    answer = to('/round')
    await assert.rejects(fetchIt(), ends('artifact_unavailable', /more than 5 redirects/))
  })

  it('reads no files of the host', async () => {
    for (const url of ['file:///etc/passwd', '/etc/passwd', 'unix:/run/x', 'http:'])
      await assert.rejects(fetchIt({ url }), ends('artifact_unavailable', /only http and https are fetched/))
    assert.deepEqual(asked, [])
  })

  it('says at once that there is none', async () => {
    answer = (_, response) => response.writeHead(404).end()
    await assert.rejects(
      fetchIt(),
      ends('artifact_unavailable', /hello\.deb cannot be fetched.*the answer is 404/),
    )
    assert.equal(asked.length, 1)
  })

  it('tries again what may have been an accident', async () => {
    answer = (_, response) => {
      if (asked.length === 1) response.writeHead(503).end()
      else if (asked.length === 2) {
        response.writeHead(200, { 'content-length': bytes.length })
        response.write(bytes.subarray(0, 5), () => response.destroy())
      } else response.end(bytes)
    }
    assert.equal(await fetchIt(), bytes.length)
    assert.equal(asked.length, 3)
  })

  it('gives up a server that stays away', async () => {
    await assert.rejects(
      fetchIt({ url: 'http://127.0.0.1:9/x' }),
      ends('artifact_unavailable', /ECONNREFUSED/),
    )
  })

  it('tells what is not what was announced, in its bytes or in its size', async () => {
    await assert.rejects(fetchIt({ sha256: '0'.repeat(64) }), ends('artifact_mismatch', /its sha256 is/))
    await assert.rejects(fetchIt({ size: 5 }), ends('artifact_mismatch', /more than the 5 bytes announced/))
  })

  it('takes no more than there is room for, however much comes', async () => {
    let sent = 0
    answer = (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    }
    await assert.rejects(
      fetchIt({}, never, 1_000_000),
      ends('artifact_unavailable', /larger than the 1000000 bytes/),
    )
    assert.ok(sent < 50_000_000)
  })

  it('ends when it is told to', async () => {
    answer = () => undefined
    const stop = new AbortController()
    const fetching = fetchIt({}, stop.signal)
    setTimeout(() => stop.abort(new Error('enough')), 50)
    await assert.rejects(fetching, /enough/)
  })

  it('goes to no address that is not public, however it is written and whoever leads there', async () => {
    const hosts = artifactHosts(null)
    const port = new URL(server.url).port
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', 'localhost'])
      await assert.rejects(
        fetchArtifact(artifact({ url: `http://${host}:${port}/x` }), target(), { signal: never, hosts }),
        ends('artifact_unavailable', /no public address/),
        host,
      )
    for (const host of [
      '10.0.0.1',
      '172.16.9.9',
      '192.168.1.1',
      '169.254.169.254',
      '[fd00::1]',
      '[64:ff9b::7f00:1]',
    ])
      assert.match(hosts.whyNot(new URL(`http://${host}/`)) ?? '', /no public address/, host)
    assert.equal(hosts.whyNot(new URL('http://93.184.215.14/')), null)
    assert.deepEqual(asked, [])
  })

  it('goes where the site says, and from there nowhere else', async () => {
    const hosts = artifactHosts(['local*', '10.0.3.7'])
    const url = server.url.replace('127.0.0.1', 'localhost')
    const get = () => fetchArtifact(artifact({ url: `${url}/x` }), target(), { signal: never, hosts })
    assert.equal(await get(), bytes.length)
    answer = (_, response) => response.writeHead(302, { location: `${server.url}/there` }).end()
    await assert.rejects(get(), ends('artifact_unavailable', /127\.0\.0\.1 is not in ASSAY_ARTIFACT_HOSTS/))
    assert.deepEqual(asked, ['/x', '/x'])
  })

  it('comes from the server as the runner reaches it where it was uploaded there', async () => {
    const url = `http://assay.example.org/uploads/${sha256}/hello.deb`
    const hosts = artifactHosts([])
    const fetching = { signal: never, hosts, server: server.url }
    assert.equal(await fetchArtifact(artifact({ url }), target(), fetching), bytes.length)
    assert.deepEqual(asked, [`/uploads/${sha256}/hello.deb`])
    const other = artifact({ url, sha256: '0'.repeat(64) })
    await assert.rejects(
      fetchArtifact(other, target(), fetching),
      ends('artifact_unavailable', /is not in ASSAY_ARTIFACT_HOSTS/),
    )
  })

  it('brings each name once', async () => {
    const both = [artifact(), artifact()]
    await assert.rejects(
      fetchArtifacts(both, folder.path, { signal: never }),
      ends('artifact_mismatch', /hello\.deb twice/),
    )
  })
})
