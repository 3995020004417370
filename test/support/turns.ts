/**
 * Turns of the files whose tests open machines: one for each processor, because emulated machines that share one take a
 * third longer each. Whoever has a connection that was answered has a turn, until the connection ends.
 */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'

export const askForTurn = 'turn'

/** For the process that gives turns, `most` at a time, to whoever asked first. */
export function turns(most: number): (client: Socket) => void {
  let taken = 0
  const waiting: Socket[] = []
  const give = (client: Socket): void => {
    taken += 1
    client.once('close', () => {
      taken -= 1
      const next = waiting.shift()
      if (next) give(next)
    })
    client.write('go')
  }
  return (client) => {
    if (taken < most) give(client)
    else {
      waiting.push(client)
      client.once('close', () => {
        const at = waiting.indexOf(client)
        if (at >= 0) waiting.splice(at, 1)
      })
    }
  }
}

/** Whether a compiled file's tests open machines: by what it imports. */
export const opensMachines = (text: string): boolean =>
  /\/support\/(?:machines|executed|execution-host|cloud-image|home)\.js["']/.test(text)

/** Waits for a turn where the file's tests open machines; what is returned ends it. */
export async function takeTurn(file: string): Promise<() => void> {
  if (!opensMachines(await readFile(file, 'utf8'))) return () => undefined
  const socket = connect(process.env['ASSAY_TEST_SHARED'] ?? '')
  await once(socket, 'connect')
  socket.write(askForTurn)
  await once(socket, 'data')
  return () => socket.destroy()
}
