/** A Debian archive of a test's own: signed by a real key, served over HTTP, and changed at will. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { dirname, join, normalize } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { temporaryFolder } from './folder.ts'
import { listenOn } from './listen.ts'

const run = promisify(execFile)

export interface Shipped {
  source: string
  version: string
  /** Of the source; default: any. */
  architecture?: string
  /** Whether its binary for amd64 is there. */
  built?: boolean
}

export interface TestArchive extends AsyncDisposable {
  url: string
  keyring: string
  /** What was asked for, as `STATUS path`. */
  asked: string[]
  /** Makes the suite consist of `shipped`; `date` is its Release file's. */
  publish: (suite: string, shipped: readonly Shipped[], date?: Date) => Promise<void>
  /** Where a file of it is, for those who want to spoil it. */
  path: (name: string) => string
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')

export async function startArchive(): Promise<TestArchive> {
  const folder = await temporaryFolder()
  const [home, keyring, root] = ['gnupg', 'keyring.gpg', 'www'].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ]
  await mkdir(home, { mode: 0o700 })
  const gpg = (...args: string[]) =>
    run('gpg', ['--homedir', home, '--batch', '--quiet', '--passphrase', '', ...args])
  await gpg('--quick-generate-key', 'archive@example.org', 'ed25519', 'sign', 'never')
  await gpg('--output', keyring, '--export', 'archive@example.org')
  const served = await serveFolder(root)
  return {
    url: served.url,
    keyring,
    asked: served.asked,
    path: (name) => join(root, name),
    async publish(suite, shipped, date = new Date()) {
      const indices = {
        'main/source/Sources': shipped.map(sourceStanza).join('\n'),
        'main/binary-amd64/Packages': shipped
          .filter(({ built = true }) => built)
          .map(binaryStanza)
          .join('\n'),
      }
      const release = join(root, 'dists', suite, 'Release')
      await rm(dirname(release), { recursive: true, force: true })
      const listed: string[] = []
      for (const [path, text] of Object.entries(indices)) {
        const packed = gzipSync(text)
        listed.push(` ${sha256(text)} ${Buffer.byteLength(text)} ${path}`)
        listed.push(` ${sha256(packed)} ${packed.length} ${path}.gz`)
        const target = join(dirname(release), dirname(path), 'by-hash', 'SHA256', sha256(packed))
        await mkdir(dirname(target), { recursive: true })
        await writeFile(target, packed)
      }
      const head = `Suite: ${suite}\nDate: ${date.toUTCString()}\nAcquire-By-Hash: yes\nSHA256:\n`
      await writeFile(release, `${head}${listed.join('\n')}\n`)
      await gpg('--yes', '--output', join(dirname(release), 'InRelease'), '--clearsign', release)
    },
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]()
      await run('gpgconf', ['--homedir', home, '--kill', 'all'])
      await folder[Symbol.asyncDispose]()
    },
  }
}

const poolOf = ({ source }: Shipped): string => `pool/main/${source.charAt(0)}/${source}`

const sourceStanza = (one: Shipped): string => `Package: ${one.source}
Version: ${one.version}
Architecture: ${one.architecture ?? 'any'}
Checksums-Sha256:
 ${sha256(`${one.source} dsc`)} 1234 ${one.source}_${one.version}.dsc
 ${sha256(`${one.source} tar`)} 4321 ${one.source}_${one.version}.tar.xz
Directory: ${poolOf(one)}
`

const binaryStanza = (one: Shipped): string => `Package: lib${one.source}
Source: ${one.source}
Version: ${one.version}
Architecture: amd64
Filename: ${poolOf(one)}/lib${one.source}_${one.version}_amd64.deb
Size: 99
SHA256: ${sha256(`${one.source} deb`)}
`

/** Serves what is in `root`, with conditional requests as a mirror answers them. */
export async function serveFolder(root: string): Promise<AsyncDisposable & { url: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(request.url ?? ''))
    const reply = (status: number, headers: Record<string, string> = {}, body?: Buffer): void => {
      asked.push(`${status} ${path}`)
      response.writeHead(status, headers).end(body)
    }
    Promise.all([readFile(join(root, path)), stat(join(root, path))]).then(
      ([bytes]) => {
        const etag = `"${sha256(bytes)}"`
        if (request.headers['if-none-match'] === etag) reply(304, { etag })
        else reply(200, { etag }, bytes)
      },
      () => reply(404),
    )
  })
  const { url, close } = await listenOn(server)
  return { url, asked, [Symbol.asyncDispose]: close }
}
