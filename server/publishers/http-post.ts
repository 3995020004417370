/** Sends a body to an address over HTTP, once, and tells trouble on the way from a refusal. */
import { Unreachable } from './publisher.ts'

/** Milliseconds that the other side may take to answer. */
const patience = 20_000

/** What an answer says about the way rather than about the message. */
const troubles: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504])

export interface Sending {
  method: 'POST' | 'PUT'
  body: Buffer
  headers: Record<string, string>
}

/** Resolves when the other side answers that all is well. Throws Unreachable, or what it answered. */
export async function send(url: string, { method, body, headers }: Sending): Promise<void> {
  const response = await fetch(url, {
    method,
    headers,
    body: new Uint8Array(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(patience),
  }).catch((error: unknown) => {
    throw new Unreachable(`no answer: ${causeOf(error as Error)}`)
  })
  await response.body?.cancel()
  if (response.ok) return
  const answer = `it answered ${response.status}`
  throw troubles.has(response.status) ? new Unreachable(answer) : new Error(answer)
}

const causeOf = ({ message, cause }: Error): string => (cause instanceof Error ? cause.message : message)
