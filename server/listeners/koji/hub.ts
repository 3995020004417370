/** Calls the methods of a Koji hub: many in one request, bounded in size and time. */
import { AppError } from '../../../core/errors.ts'
import { Fault, readAnswer, readAnswers, writeCall, type Sent } from '../../../core/koji/xml-rpc.ts'
import { NotXml } from '../../../core/xml.ts'

/** Milliseconds, bytes, and calls in one request: a hub works out checksums that nobody has asked it for before. */
const limits = { patience: 120_000, answer: 32 * 1024 ** 2, together: 50 }

export type Call = readonly [method: string, ...parameters: Sent[]]

/** Answers in the order of the calls. Throws HUB_UNAVAILABLE, and HUB_REFUSED where it does not want to answer. */
export async function askHub(url: string, calls: readonly Call[], signal: AbortSignal): Promise<unknown[]> {
  const answers: unknown[] = []
  for (let at = 0; at < calls.length; at += limits.together)
    answers.push(...(await askTogether(url, calls.slice(at, at + limits.together), signal)))
  return answers
}

async function askTogether(url: string, calls: readonly Call[], signal: AbortSignal): Promise<unknown[]> {
  const together = calls.map(([methodName, ...params]) => ({ methodName, params }))
  const text = await post(url, writeCall('multiCall', [together]), signal)
  try {
    return readAnswers(readAnswer(text), calls.length)
  } catch (error) {
    if (error instanceof NotXml) throw unavailable(`the answer is no XML-RPC: ${error.message}`)
    if (!(error instanceof Fault)) throw error
    throw new AppError('HUB_REFUSED', 502, `The hub refuses to answer: ${error.message}`)
  }
}

async function post(url: string, body: string, signal: AbortSignal): Promise<string> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(limits.patience)])
  const headers = { 'content-type': 'text/xml', 'user-agent': 'assay' }
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal: patience, redirect: 'error' })
    if (!response.ok) throw unavailable(`the answer is ${response.status}`)
    return await boundedText(response)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof AppError) throw error
    const { cause, message } = error as Error
    throw unavailable(cause instanceof Error ? cause.message : message)
  }
}

async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    if ((size += chunk.length) > limits.answer) throw unavailable('the answer is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Where it is stays in the log: everybody may read what troubles a listener. */
const unavailable = (why: string): AppError =>
  new AppError('HUB_UNAVAILABLE', 502, `The hub cannot be asked: ${why}.`)
