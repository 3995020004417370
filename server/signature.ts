/** Signed events: senders that cannot hold a token sign with the site's secret instead. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The key of signed events. */
export const webhookSecret = (folder: string): Promise<string> => keptSecret(folder, 'webhook-secret')

/** The key of links that act without a sign-in. */
export const linkSecret = (folder: string): Promise<string> => keptSecret(folder, 'link-secret')

/** The secret `name` in `folder`, made on the first call; only its owner may read the file. */
async function keptSecret(folder: string, name: string): Promise<string> {
  const path = join(folder, name)
  const fresh = `${randomBytes(32).toString('hex')}\n`
  await writeFile(path, fresh, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    if ((error as { code?: string }).code !== 'EEXIST') throw error
  })
  return (await readFile(path, 'utf8')).trim()
}

export const sign = (secret: string, body: Buffer): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

/** Compares in constant time. A repeated event changes nothing, so a replayed signature gains nothing. */
export function isSigned(secret: string, body: Buffer, signature: string): boolean {
  const expected = Buffer.from(sign(secret, body))
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
