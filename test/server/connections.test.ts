/** Connections from one address, and in all: what is beyond the bounds is cut off, what is within is served. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { boundConnections, type ConnectionLimits } from '../../server/connections.ts'

const fine = 'HTTP/1.1 200 OK'

/** A server of this host, which all of 127.0.0.0/8 reach. */
async function served(limits: ConnectionLimits, isMany: (address: string) => boolean = () => false) {
  const server = createServer((_, response) => response.end('here'))
  boundConnections(server, isMany, limits)
  const taken: Socket[] = []
  server.on('connection', (socket: Socket) => taken.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    /** What the server answers over a new connection from that address; null: it cut it off. */
    async ask(localAddress: string): Promise<string | null> {
      const socket = connect({ port, host: '127.0.0.1', localAddress })
      const answer = new Promise<string | null>((resolve) => {
        socket.once('data', (chunk) => resolve(chunk.toString().slice(0, fine.length)))
        socket.once('close', () => resolve(null))
        socket.on('error', () => resolve(null))
      })
      socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
      return answer
    },
    async endFirst(): Promise<void> {
      const [first] = taken
      if (!first) return
      const closed = once(first, 'close')
      first.destroy()
      await closed
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

describe('connections to the server', () => {
  it('are bounded for one address, which may come again when one of its own has ended', async () => {
    await using one = await served({ all: 100, ofOne: 2 })
    assert.deepEqual([await one.ask('127.0.0.2'), await one.ask('127.0.0.2')], [fine, fine])
    assert.equal(await one.ask('127.0.0.2'), null)
    assert.equal(await one.ask('127.0.0.3'), fine, 'another address')
    await one.endFirst()
    assert.equal(await one.ask('127.0.0.2'), fine)
  })

  it('are bounded in all', async () => {
    await using one = await served({ all: 2, ofOne: 100 })
    assert.deepEqual([await one.ask('127.0.0.2'), await one.ask('127.0.0.3')], [fine, fine])
    assert.equal(await one.ask('127.0.0.4'), null)
  })

  it('are bounded in all alone for an address that stands for many', async () => {
    await using one = await served({ all: 100, ofOne: 1 }, (address) => address === '127.0.0.9')
    assert.deepEqual([await one.ask('127.0.0.9'), await one.ask('127.0.0.9')], [fine, fine])
  })
})
