/** A way to a server that turns deaf at a word: it and what follows arrive, but no answer comes back any more. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface DeafProxy extends AsyncDisposable {
  port: number
}

/** Leads to `targetPort` of this host, until somebody sends `word`. */
export async function deafProxy(targetPort: number, word: string): Promise<DeafProxy> {
  let deaf = false
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1')
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        client.destroy()
        target.destroy()
      })
    }
    client.on('data', (chunk) => {
      deaf ||= chunk.includes(word)
      target.write(chunk)
    })
    target.on('data', (chunk) => {
      if (!deaf) client.write(chunk)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}
