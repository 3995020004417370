import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { readClientHello } from '../../../runner/mirror/client-hello.ts'

/** What a real client says first. */
async function helloOf(servername: string): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  connectTls({ socket: client, servername }).on('error', () => undefined)
  const [said] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  client.destroy()
  server.close()
  return said
}

describe('the first words of a TLS client', () => {
  it('say which name it asks for, as soon as they are whole and not before', async () => {
    const said = await helloOf('mirror.example')
    deepEqual(readClientHello(said), { is: 'hello', name: 'mirror.example' })
    for (let length = 0; length < said.length; length++)
      equal(readClientHello(said.subarray(0, length)).is, 'more')
    deepEqual(readClientHello(await helloOf('')), { is: 'hello', name: null })
  })

  it('are read whatever becomes of their bytes', async () => {
    const said = await helloOf('mirror.example')
    for (let at = 0; at < said.length; at++)
      for (const byte of [0, 1, 0x7f, 0xff]) {
        const spoilt = Buffer.from(said)
        spoilt[at] = byte
        ok(['more', 'other', 'hello'].includes(readClientHello(spoilt).is))
      }
  })
})
