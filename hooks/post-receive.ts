/** git's post-receive hook: tells the server what was pushed, and the pusher what the server made of it. */
import { connect } from 'node:net'
import type { Push } from '../schemas/types.gen.ts'
import { branchOf, readUpdates } from './updates.ts'

/** Milliseconds until the pusher is let go: the server registers by itself what it did not hear of. */
const patience = 20_000
const later = 'Your push is in. It is not registered yet: that happens by itself within seconds.'

/**
 * Asks the server over its local socket; resolves with its answer.
 * @note HTTP/1.0 by hand: the answer ends with the connection, and node's HTTP client alone would take six milliseconds.
 */
async function tell(push: Push): Promise<string> {
  const body = JSON.stringify(push)
  const head = [
    'POST /hooks/v1/push HTTP/1.0',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  const socket = connect(process.env['ASSAY_SOCKET'] ?? '')
  socket.setTimeout(patience, () => socket.destroy(new Error('the server does not answer')))
  socket.setEncoding('utf8').write(`${head.join('\r\n')}\r\n\r\n${body}`)
  let answer = ''
  for await (const chunk of socket as AsyncIterable<string>) answer += chunk
  const end = answer.indexOf('\r\n\r\n')
  if (!/^HTTP\/1\.1 200 /.test(answer) || end < 0) throw new Error(answer.slice(0, 200))
  return answer.slice(end + 4)
}

try {
  const user = process.env['ASSAY_USER']
  const updates = (await readUpdates(process.stdin)).filter((update) => branchOf(update) !== null)
  const repository = process.env['ASSAY_REPOSITORY'] ?? ''
  const answer =
    updates.length > 0 ? await tell({ repository, updates, ...(user !== undefined && { user }) }) : ''
  if (answer !== '') process.stderr.write(`\n${answer}\n`)
} catch {
  process.stderr.write(`\n${later}\n\n`)
}
process.exit(0)
