/** Work for a client that ends with it. */
import type { Response } from 'express'

/** Aborted when the answer is over, because all was sent or because the client left. */
export function untilItLeaves(response: Response): AbortSignal {
  const over = new AbortController()
  if (response.destroyed) over.abort()
  response.once('close', () => over.abort())
  return over.signal
}
