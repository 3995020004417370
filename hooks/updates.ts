/** What a push asks for: the lines that git writes to a receiving hook. */
import type { RefUpdate } from '../schemas/types.gen.ts'
import { limits } from '../core/formats/limits.ts'

/** What the pusher reads instead of having the push taken. */
export class Refusal extends Error {}

const none = /^0+$/
const prefix = 'refs/heads/'

/** Reads `BEFORE AFTER REF` lines. Throws a Refusal for more of them than anybody needs. */
export async function readUpdates(input: AsyncIterable<Buffer>): Promise<RefUpdate[]> {
  const chunks: Buffer[] = []
  for await (const chunk of input) chunks.push(chunk)
  const lines = Buffer.concat(chunks).toString().split('\n').filter(Boolean)
  if (lines.length > limits.refs)
    throw new Refusal(`${lines.length} branches and tags in one push: push at most ${limits.refs} at a time.`)
  return lines.map((line) => {
    const [before = '', after = '', ...ref] = line.split(' ')
    return { before, after, ref: ref.join(' ') }
  })
}

export const isDeletion = ({ after }: RefUpdate): boolean => none.test(after)

export const isCreation = ({ before }: RefUpdate): boolean => none.test(before)

/** The branch that the update moves; null: it moves something else. */
export const branchOf = ({ ref }: RefUpdate): string | null =>
  ref.startsWith(prefix) ? ref.slice(prefix.length) : null
