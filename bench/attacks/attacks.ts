/** What strangers, and pushers who mean ill, do to a server: each begins, goes on by itself, and ends when it is told to. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { deltaChain } from '../../test/support/delta-chain.ts'
import { commitFiles, push } from '../../test/support/git.ts'
import type { Site } from './site.ts'

/** Begins it; what it returns ends it. */
export type Attack = (site: Site) => Promise<() => Promise<void>>

const MiB = 1024 ** 2

/** Does it over and over, several times at once, whatever becomes of it. */
const again =
  (width: number, once: (site: Site, signal: AbortSignal) => Promise<unknown>): Attack =>
  (site) => {
    const end = new AbortController()
    const work = async (): Promise<void> => {
      while (!end.signal.aborted) await once(site, end.signal).catch(() => undefined)
    }
    const all = Promise.all(Array.from({ length: width }, work))
    return Promise.resolve(async () => {
      end.abort()
      await all
    })
  }

/** Opens so many connections, says `words` on each, and waits. */
const held =
  (count: number, words: (site: Site) => string): Attack =>
  async (site) => {
    const { hostname, port } = new URL(site.url)
    const sockets: Socket[] = []
    for (let number = 0; number < count; number++) {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => undefined)
      await Promise.race([once(socket, 'connect'), once(socket, 'close')])
      socket.write(words(site))
      sockets.push(socket)
    }
    return () => {
      for (const socket of sockets) socket.destroy()
      return Promise.resolve()
    }
  }

const request = (line: string, ...headers: string[]): string =>
  `${[`${line} HTTP/1.1`, 'Host: assay.test', ...headers].join('\r\n')}\r\n\r\n`

const post = (path: string, body: string | Uint8Array, headers: Record<string, string>) =>
  again(4, async ({ url }, signal) => {
    const bytes = new Uint8Array(typeof body === 'string' ? Buffer.from(body) : body)
    await (await fetch(`${url}${path}`, { method: 'POST', body: bytes, headers, signal })).text()
  })

const json = { 'content-type': 'application/json' }

/** Pushes that are refused, one after the other. */
const pushing =
  (name: string, files: Record<string, string>): Attack =>
  async (site) => {
    const folder = join(site.folder, name)
    await commitFiles(folder, files)
    return again(2, () => push(folder, `${site.url}/git/deb/attacked.git`, site.token, name))(site)
  }

const bomb: Attack = (site) => {
  const { pack, last } = deltaChain(40, 40 * MiB)
  const line = `${'0'.repeat(40)} ${last} refs/tags/bomb\0report-status\n`
  const body = Buffer.concat([
    Buffer.from((line.length + 4).toString(16).padStart(4, '0') + line + '0000'),
    pack,
  ])
  return post('/git/deb/attacked.git/git-receive-pack', body, {
    'content-type': 'application/x-git-receive-pack-request',
    authorization: `Basic ${Buffer.from(`ann:${site.token}`).toString('base64')}`,
  })(site)
}

export const attacks: Readonly<Record<string, Attack>> = {
  'large bodies of nobody': post('/api/v1/ownership', '['.repeat(30 * MiB), json),
  'inflating bodies of nobody': post('/api/v1/ownership', gzipSync(Buffer.alloc(20 * MiB, '[')), {
    ...json,
    'content-encoding': 'gzip',
  }),
  'half-sent requests of git': held(60, () =>
    request(
      'POST /git/deb/hello.git/git-upload-pack',
      'Content-Type: application/x-git-upload-pack-request',
      'Content-Length: 1000',
    ),
  ),
  'idle connections': held(390, () => 'GET / HTTP/1.1\r\n'),
  'looks at a log of carriage returns': again(4, async ({ url, execution }, signal) =>
    (await fetch(`${url}/executions/${execution}`, { signal, headers: { accept: 'text/html' } })).text(),
  ),
  'followers of a log': held(30, ({ execution }) =>
    request(`GET /api/v1/executions/${execution}/log?follow=1`),
  ),
  'values without end in checks.yaml': pushing('values', {
    'checks.yaml': `checks:\n  a:\n    run: "true"\n    env:\n${'      A: [1, 2]\n'.repeat(40_000)}`,
  }),
  'mistakes without end in debian/tests/control': pushing('control', {
    'debian/tests/control': `Tests: a\nDepends: ${'a | '.repeat(20_000)}\n${'Tests: b\n'.repeat(20_000)}`,
  }),
  'packs that inflate': bomb,
  'patterns of ResultsDB': again(4, async ({ url }, signal) =>
    (await fetch(`${url}/api/v2.0/results?testcases:like=${'*a*,'.repeat(4)}*b*`, { signal })).text(),
  ),
}
