/** git's post-receive hook: tells the server what was pushed, and the pusher what the server made of it. */
import { text } from 'node:stream/consumers'
import { request, type IncomingMessage } from 'node:http'
import type { Push } from '../schemas/types.gen.ts'
import { branchOf, readUpdates } from './updates.ts'

/** Milliseconds until the pusher is let go: the server registers by itself what it did not hear of. */
const patience = 20_000
const later = 'Your push is in. It is not registered yet: that happens by itself within seconds.'

async function tell(push: Push): Promise<string> {
  const body = JSON.stringify(push)
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asking = request({
      socketPath: process.env['ASSAY_SOCKET'],
      path: '/hooks/v1/push',
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(patience),
    })
    asking.once('response', resolve).once('error', reject).end(body)
  })
  const answer = await text(response)
  if (response.statusCode !== 200) throw new Error(answer)
  return answer
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
