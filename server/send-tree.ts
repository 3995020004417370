/** Sends the tar of a tree, whose making ends with the client. */
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import { isGone } from './send-file.ts'

/** `makeTar`: its signal is aborted when the answer is over, because all was sent or because the client left. */
export async function sendTree(response: Response, makeTar: (over: AbortSignal) => Readable): Promise<void> {
  const over = new AbortController()
  if (response.destroyed) over.abort()
  response.once('close', () => over.abort())
  response.type('application/x-tar')
  await pipeline(makeTar(over.signal), response).catch((error: unknown) => {
    const hasLeft = over.signal.aborted && (isGone(error) || error === over.signal.reason)
    if (!hasLeft) throw error
  })
}
