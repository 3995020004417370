/** Serves the tests' archive of packages to the proxies of machines: they take it for the host's own proxy on the way there. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { archiveHost } from './archive-packages.ts'
import { listenOn } from './listen.ts'
import { packageArchive } from './package-archive.ts'

/**
 * Serves until it is closed. This process, and those that it starts from here on, find their way by apt's settings, which lie
 * in `folder`: so the product's proxy needs to know nothing of tests.
 */
export async function servePackages(folder: string): Promise<{ close: () => Promise<void> }> {
  const server = createServer(({ url = '' }, response) => {
    fileOf(url).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    )
  })
  const { url, close } = await listenOn(server)
  const settings = join(folder, 'apt.conf')
  await writeFile(settings, `Acquire::http::Proxy::${archiveHost} "${url}";\n`)
  process.env['APT_CONFIG'] = settings
  return {
    async close() {
      await close()
      await rm(settings)
    },
  }
}

async function fileOf(address: string): Promise<Buffer> {
  const { host, pathname } = new URL(address)
  if (host !== archiveHost) throw new Error(`${host} is not served here`)
  return readFile(join((await packageArchive()).root, decodeURIComponent(pathname)))
}
