/** The filtering proxy as a hostile machine meets it: raw bytes on its socket. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { readClientHello } from '../../../runner/mirror/client-hello.ts'
import { createMirrors, type Mirrors } from '../../../runner/mirror/mirrors.ts'
import { openProxy } from '../../../runner/mirror/proxy.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { until } from '../../support/until.ts'

interface Tested extends AsyncDisposable {
  host: string
  refusals: string[]
  /** Sends bytes and gives all that comes back until the proxy hangs up. */
  send: (text: string) => Promise<string>
  socket: string
}

async function proxyTo(answer: RequestListener, changes: Partial<Mirrors> = {}): Promise<Tested> {
  const folder = await temporaryFolder()
  const mirror = createServer(answer).listen(0, '127.0.0.1')
  await once(mirror, 'listening')
  const host = `127.0.0.1:${(mirror.address() as AddressInfo).port}`
  const refusals: string[] = []
  const proxy = await openProxy({
    socket: join(folder.path, 'proxy'),
    mirrors: {
      ...createMirrors(
        [
          { host, secure: false },
          { host: 'mirror.example', secure: false },
          { host: 'localhost:1', secure: false },
        ],
        () => null,
      ),
      ...changes,
    },
    refused: (what, why) => void refusals.push(`${what}: ${why}`),
  })
  return {
    host,
    refusals,
    socket: proxy.socket,
    async send(text) {
      const client = connect(proxy.socket)
      client.write(text)
      let heard = ''
      client.on('data', (chunk: Buffer) => (heard += chunk.toString()))
      client.on('error', () => undefined)
      await once(client, 'close')
      return heard
    },
    async [Symbol.asyncDispose]() {
      await proxy.close()
      mirror.closeAllConnections()
      mirror.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const status = (answer: string): string => answer.slice(9, 12)

describe('the proxy of machines', () => {
  it('fetches from a mirror, with no more of the request than fetching takes', async () => {
    let seen: IncomingHttpHeaders = {}
    await using proxy = await proxyTo((request, response) => {
      seen = request.headers
      response.writeHead(206, {
        'x-kept': 'yes',
        connection: 'close, x-hop',
        'x-hop': '1',
        'set-cookie': 'a=b',
      })
      response.end('a package')
    })
    const answer = await proxy.send(
      `GET http://${proxy.host}/pool/a.deb?x=1 HTTP/1.1\r\nHost: elsewhere.example\r\nRange: bytes=0-8\r\nCookie: secret\r\nX-Odd: 1\r\nProxy-Authorization: Basic eA==\r\nConnection: close\r\n\r\n`,
    )
    equal(status(answer), '206')
    match(answer, /x-kept: yes/)
    ok(answer.endsWith('a package') || answer.includes('a package\r\n'))
    ok(!/x-hop|set-cookie/i.test(answer))
    deepEqual(seen, { range: 'bytes=0-8', host: proxy.host, connection: 'keep-alive' })
  })

  it('refuses everything else, and tells', async () => {
    await using proxy = await proxyTo((_request, response) => void response.end('never'))
    const refused: [string, string][] = [
      ['GET http://example.org/', '403'],
      [`GET http://${proxy.host}@example.org/`, '400'],
      [`GET http://example.org:80/?${proxy.host}`, '403'],
      [`GET https://${proxy.host}/`, '400'],
      [`GET ftp://${proxy.host}/`, '400'],
      ['GET /', '400'],
      [`POST http://${proxy.host}/`, '405'],
      [`CONNECT ${proxy.host}`, '403'],
      ['CONNECT mirror.example:22', '403'],
      ['CONNECT example.org:443', '403'],
      ['CONNECT [::1]:443', '403'],
    ]
    for (const [line, expected] of refused)
      equal(
        status(await proxy.send(`${line} HTTP/1.1\r\nHost: ${proxy.host}\r\nConnection: close\r\n\r\n`)),
        expected,
        line,
      )
    equal(proxy.refusals.length, refused.length)
    const body = `GET http://${proxy.host}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc`
    equal(status(await proxy.send(body)), '400')
  })

  it('does not let a mirror’s name lead to this host', async () => {
    await using proxy = await proxyTo((_request, response) => void response.end(), {
      mayBeLocal: () => false,
    })
    const answer = await proxy.send(
      'GET http://localhost:1/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    )
    equal(status(answer), '502')
    match(answer, /leads to this host/)
  })

  it('bounds headers, and hangs up on what is no HTTP', async () => {
    await using proxy = await proxyTo((_request, response) => void response.end())
    equal(await proxy.send('x'.repeat(20_000)), '')
    equal(
      await proxy.send(`GET http://${proxy.host}/ HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`),
      '',
    )
  })

  it('reads from the mirror no faster than the machine takes it, and stops when the machine is gone', async () => {
    let sent = 0
    let ended = false
    await using proxy = await proxyTo((_request, response) => {
      response.on('close', () => (ended = true))
      const more = (): void => {
        do sent += 65_536
        while (!ended && response.write(Buffer.alloc(65_536)))
        response.once('drain', more)
      }
      more()
    })
    const client = connect(proxy.socket)
    client.pause()
    client.write(`GET http://${proxy.host}/endless HTTP/1.1\r\nHost: x\r\n\r\n`)
    let before = -1
    await until('the stream to stand still', async () => {
      const still = sent > 0 && sent === before
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 200))
      return still
    })
    ok(sent < 64 << 20, `${sent} bytes were taken for a machine that reads nothing`)
    client.destroy()
    await until('the mirror to be left alone', () => ended)
  })

  it('goes through the host’s own proxy where there is one, with its password', async () => {
    let asked: string[] = []
    const upstream = createServer((request, response) => {
      asked = [request.url ?? '', request.headers.host ?? '', request.headers['proxy-authorization'] ?? '']
      response.end('through two')
    }).listen(0, '127.0.0.1')
    await once(upstream, 'listening')
    const url = new URL(`http://ann:pw@127.0.0.1:${(upstream.address() as AddressInfo).port}`)
    await using proxy = await proxyTo((_request, response) => void response.end(), { proxyFor: () => url })
    const answer = await proxy.send(
      'GET http://mirror.example/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    )
    upstream.close()
    match(answer, /through two/)
    deepEqual(asked, ['http://mirror.example/a', 'mirror.example', 'Basic YW5uOnB3'])
  })

  describe('tunnels to port 443 of a mirror', () => {
    /** What came to the mirror of a client that says this behind its CONNECT. */
    const through = async (
      speak: (client: Socket) => void,
    ): Promise<{ came: Buffer; refusals: string[] }> => {
      let came = Buffer.alloc(0)
      const upstream = createTcpServer((socket) => {
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n')
          socket.on('data', (chunk) => {
            came = Buffer.concat([came, chunk])
            socket.end()
          })
        })
      }).listen(0, '127.0.0.1')
      await once(upstream, 'listening')
      const url = new URL(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`)
      await using proxy = await proxyTo((_request, response) => void response.end(), { proxyFor: () => url })
      const client = connect(proxy.socket)
      client.on('error', () => undefined)
      client.write('CONNECT mirror.example:443 HTTP/1.1\r\nHost: mirror.example:443\r\n\r\n')
      const [answer] = (await once(client, 'data')) as [Buffer]
      equal(answer.toString(), 'HTTP/1.1 200 Connection established\r\n\r\n')
      const closed = once(client, 'close')
      speak(client)
      await closed
      upstream.close()
      return { came, refusals: proxy.refusals }
    }
    const tls =
      (servername: string) =>
      (socket: Socket): void =>
        void connectTls({ socket, servername, rejectUnauthorized: false }).on('error', () => socket.destroy())

    it('for TLS that asks for that mirror', async () => {
      const { came, refusals } = await through(tls('mirror.example'))
      equal(readClientHello(came).is, 'hello')
      deepEqual(refusals, [])
    })

    const others: Record<string, (client: Socket) => void> = {
      'TLS that asks for another': tls('example.org'),
      'TLS that asks for nobody': tls(''),
      'what is no TLS': (client: Socket) => void client.write('GET / HTTP/1.1\r\nHost: example.org\r\n\r\n'),
      'what ends too soon': (client: Socket) => void client.end(Buffer.from([22, 3, 1, 0, 4, 1, 0, 0, 0])),
    }
    for (const [what, speak] of Object.entries(others))
      it(`not for ${what}`, async () => {
        const { came, refusals } = await through(speak)
        equal(came.length, 0)
        match(refusals.join(), /must be TLS that asks for mirror\.example/)
      })
  })
})
