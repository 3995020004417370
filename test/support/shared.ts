/** Asks the run for one of the servers that its files share. See whole-run.ts. */
import { once } from 'node:events'
import { connect } from 'node:net'

const known = new Map<string, Promise<unknown>>()

/** Facts about the server, which is started if nobody has asked before: ask in a hook with the time for it. */
export function shared<T>(name: string): Promise<T> {
  const asking = known.get(name) ?? ask(name)
  known.set(name, asking)
  return asking as Promise<T>
}

async function ask(name: string): Promise<unknown> {
  const socket = connect(process.env['ASSAY_TEST_SHARED'] ?? '')
  await once(socket, 'connect')
  socket.write(name)
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  const { facts, error } = JSON.parse(text) as { facts: unknown; error?: string }
  if (error !== undefined) throw new Error(error)
  return facts
}
