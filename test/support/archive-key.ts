/** The key of the tests' archive. It outlives what the archive offers, so that nobody who knows it must be made anew. */
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { archiveHost } from './archive-packages.ts'
import { temporaryFolder } from './folder.ts'
import { codeOf, kept, testData } from './kept.ts'

const run = promisify(execFile)
const folder = join(testData, 'test-archive-key')
const secret = join(folder, 'secret.gpg')

/** Path of the public key, as apt takes it. */
export async function archiveKey(): Promise<string> {
  await kept(folder, await codeOf('archive-key'), async (target) => {
    await using gpg = await openGpg(1)
    await gpg.run('--quick-generate-key', archiveHost, 'ed25519', 'sign', 'never')
    await gpg.run('--output', join(target, 'key.gpg'), '--export')
    await gpg.run('--output', join(target, 'secret.gpg'), '--export-secret-keys')
  })
  return join(folder, 'key.gpg')
}

/** Writes `InRelease` beside the file `Release`, as of that day, and removes that. */
export async function signRelease(release: string, day: number): Promise<void> {
  await archiveKey()
  await using gpg = await openGpg(day)
  await gpg.run('--import', secret)
  await gpg.run('--output', release.replace(/Release$/, 'InRelease'), '--clearsign', release)
  await rm(release)
}

/** A day of January 2024: neither a guest's clock nor this host's is ever before it. */
async function openGpg(day: number) {
  const home = await temporaryFolder()
  const options = ['--homedir', home.path, '--batch', '--quiet', '--passphrase', '']
  return {
    run: (...words: string[]) =>
      run('gpg', [...options, '--faked-system-time', `2024010${day}T000000`, ...words]),
    async [Symbol.asyncDispose]() {
      await run('gpgconf', ['--homedir', home.path, '--kill', 'all'])
      await home[Symbol.asyncDispose]()
    },
  }
}
