/** Whether a Redis answers on a unix socket: the one word of its protocol that needs no client. */
import { connect } from 'node:net'

const patience = 1_000

export function answersPing(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => socket.write('PING\r\n'))
    const answer = (good: boolean): void => {
      socket.destroy()
      resolve(good)
    }
    socket.setTimeout(patience, () => answer(false))
    socket.once('data', (chunk) => answer(chunk.toString().startsWith('+PONG')))
    socket.once('error', () => answer(false))
    socket.once('close', () => answer(false))
  })
}
