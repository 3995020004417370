/** What an archive says is believed only as far as a key of the keyring has signed it. */
import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { AppError } from '../../../core/errors.ts'

/** The text in `inline` that is signed; what surrounds it is not part of it. Throws BAD_ARCHIVE_SIGNATURE. */
export async function verified(inline: Buffer, keyring: string, folder: string): Promise<string> {
  const [signed, plain] = [join(folder, 'InRelease'), join(folder, 'Release')]
  await writeFile(signed, inline)
  const options = ['--status-fd', '1', '--keyring', keyring, '--output', plain, signed]
  const child = spawn('gpgv', options, { stdio: ['ignore', 'pipe', 'pipe'] })
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  const [status, said] = await Promise.race([Promise.all([text(child.stdout), text(child.stderr)]), failed])
  // Others may have signed too, with keys that are not here: one good signature is enough, one bad is too many.
  const words = status.split('\n').map((line) => line.split(' ')[1])
  if (words.includes('VALIDSIG') && !words.includes('BADSIG')) return readFile(plain, 'utf8')
  throw new AppError(
    'BAD_ARCHIVE_SIGNATURE',
    502,
    `InRelease is not signed by a key of ${keyring}: ${said.trim().split('\n').at(-1) ?? 'gpgv gave no reason'}`,
  )
}
