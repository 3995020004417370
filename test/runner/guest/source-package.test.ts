/** Bringing the source package of a build to its tests. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { besideOf } from '../../../runner/fetch-artifacts.ts'
import { bringSource } from '../../../runner/guest/source-package.ts'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import { listenOn } from '../../support/listen.ts'

const never = new AbortController().signal
const tar = 'the upstream files'
const changes = 'the packaging'
const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex')
const dsc = (over = sumOf(tar)): string =>
  `Source: hello\nBuild-Depends: debhelper\nChecksums-Sha256:\n ${over} ${tar.length} hello_1.orig.tar.gz\n ${sumOf(changes)} ${changes.length} hello_1-1.debian.tar.xz\n`

describe('the source package of a build', () => {
  let folder: TemporaryFolder
  let archive: { url: string; close: () => Promise<void> }
  let places: { build: string; folder: string }

  beforeEach(async () => {
    folder = await temporaryFolder()
    places = { build: join(folder.path, 'build'), folder: join(folder.path, 'source') }
    await mkdir(places.build)
    archive = await listenOn(
      createServer(({ url }, response) => {
        const body = { '/pool/hello_1.orig.tar.gz': tar, '/pool/hello_1-1.debian.tar.xz': changes }[url ?? '']
        response.writeHead(body === undefined ? 404 : 200).end(body)
      }),
    )
  })
  afterEach(async () => {
    await archive.close()
    await folder[Symbol.asyncDispose]()
  })

  const put = (name: string, text: string): Promise<void> => writeFile(join(places.build, name), text)
  const bring = () =>
    bringSource(
      places,
      besideOf([{ name: 'hello_1-1.dsc', url: `${archive.url}/pool/hello_1-1.dsc` }]),
      never,
    )

  it('is brought whole: what the build announced from it, the rest from where its .dsc lies', async () => {
    await put('hello_1-1.dsc', dsc())
    await put('hello_1.orig.tar.gz', tar)
    assert.deepEqual(await bring(), { dsc: 'hello_1-1.dsc', builtWith: 'build-essential, debhelper' })
    assert.deepEqual((await readdir(places.folder)).sort(), [
      ...['hello_1-1.debian.tar.xz', 'hello_1-1.dsc', 'hello_1.orig.tar.gz'],
    ])
  })

  it('is none where the build has none', async () => {
    assert.equal(await bring(), null)
  })

  it('is refused where a file is not what its .dsc says, or the .dsc is none', async () => {
    await put('hello_1-1.dsc', dsc('0'.repeat(64)))
    await assert.rejects(bring(), { how: 'artifact_mismatch', message: /hello_1\.orig\.tar\.gz/ })
    await put('hello_1-1.dsc', '<html>')
    await assert.rejects(bring(), { how: 'artifact_mismatch', message: /describes no source package/ })
    await put('hello_1-1.dsc', 'x'.repeat(2 * 1024 ** 2))
    await assert.rejects(bring(), { how: 'artifact_mismatch' })
  })
})
