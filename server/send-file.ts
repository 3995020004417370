/** Sends files that strangers made, with ranges, so that no browser takes them for pages of this site. */
import type { Response } from 'express'

export interface Sending {
  /** Saved under this name; absent: shown as plain text. */
  name?: string
  /** As `send` understands it: '1y'. Default: never kept. */
  maxAge?: string
  immutable?: boolean
}

/** Sends the file at `path`, an absolute one of ours. Resolves when it was sent or the client went away. */
export function sendStored(
  response: Response,
  path: string,
  { name, maxAge, immutable }: Sending,
): Promise<void> {
  response.set('content-security-policy', "default-src 'none'; sandbox")
  response.type(name === undefined ? 'text/plain; charset=utf-8' : 'application/octet-stream')
  if (name !== undefined) response.attachment(name).type('application/octet-stream')
  return new Promise((resolve, reject) => {
    const caching = maxAge === undefined ? { cacheControl: false } : { maxAge, immutable: immutable ?? false }
    response.sendFile(path, { ...caching, dotfiles: 'allow' }, (error?: Error) => {
      // A client that went away in the middle is no error of anybody's.
      if (error && !response.headersSent) reject(error)
      else resolve()
    })
  })
}
