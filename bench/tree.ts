/**
 * How long the tree of a commit takes out of a repository of many objects, over the same tree in a repository that holds
 * nothing else, and over git's own archive of it.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gitEnvironment } from '../test/support/git.ts'
import { startTestServer, type TestServer } from '../test/support/server.ts'
import { median, type Measured } from './measured.ts'

const run = promisify(execFile)
/** Files of the tree, how many of them each commit of the history changes, and objects of the whole history. */
const size = { files: 17_500, changed: 500, objects: 120_000 }
/** Over the same tree without a history. */
const aim = 2
const rounds = 3

interface Line {
  repository: string
  objects: number
  firstByteMs: number
  allMs: number
  archiveMs: number
  bytes: number
}

export async function benchTree(): Promise<Measured> {
  // Its database is made by itself: what tests copy is theirs.
  await using server = await startTestServer({}, () => Promise.resolve())
  const lines = [await measure(server, 'small', 0), await measure(server, 'large', size.objects)]
  return report(lines)
}

async function measure(server: TestServer, repository: string, objects: number): Promise<Line> {
  const { stores, repositories, now } = server.services
  const name = { namespace: 'deb', name: repository }
  await stores.packages.ensure(name, now())
  const gitdir = await repositories.ensure(name)
  await fill(gitdir, objects)
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', ['--git-dir', gitdir, ...args], { env: gitEnvironment() })).stdout
  const commit = (await git('rev-parse', 'main')).trim()
  const url = `${server.url}/api/v1/packages/deb/${repository}/commits/${commit}/tree`
  const taken = { first: [] as number[], all: [] as number[], archive: [] as number[], bytes: 0 }
  for (let round = 0; round < rounds; round++) {
    const { firstByteMs, allMs, bytes } = await read(url)
    taken.first.push(firstByteMs)
    taken.all.push(allMs)
    taken.bytes = bytes
    taken.archive.push(await archive(gitdir, commit))
  }
  return {
    repository,
    objects: Number(/in-pack: (\d+)/.exec(await git('count-objects', '-v'))?.[1]),
    firstByteMs: median(taken.first),
    allMs: median(taken.all),
    archiveMs: median(taken.archive),
    bytes: taken.bytes,
  }
}

async function read(url: string): Promise<{ firstByteMs: number; allMs: number; bytes: number }> {
  const start = performance.now()
  const asked = get(url)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  await once(response, 'readable')
  const firstByteMs = performance.now() - start
  const { length } = await buffer(response)
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`)
  return { firstByteMs, allMs: performance.now() - start, bytes: length }
}

async function archive(gitdir: string, commit: string): Promise<number> {
  const start = performance.now()
  await run('git', ['--git-dir', gitdir, 'archive', '--output=/dev/null', '--format=tar', commit], {
    env: gitEnvironment(),
  })
  return performance.now() - start
}

/** A first commit of all files, and commits that change some of them until there are as many objects. */
async function fill(gitdir: string, objects: number): Promise<void> {
  const git = spawn('git', ['--git-dir', gitdir, 'fast-import', '--quiet'], {
    env: gitEnvironment(),
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  const ended = once(git, 'close')
  const say = async (text: string): Promise<void> => {
    if (!git.stdin.write(text)) await once(git.stdin, 'drain')
  }
  const commit = async (number: number, from: number, count: number): Promise<void> => {
    await say('commit refs/heads/main\ncommitter A <a@example.org> 1000 +0000\ndata 2\nM\n\n')
    for (let at = from; at < from + count; at++) {
      const content = `file ${at % size.files} as of ${number}\n${'some more text\n'.repeat(20)}`
      const path = `folder${(at % size.files) % 175}/file${at % size.files}`
      await say(`M 100644 inline ${path}\ndata ${content.length}\n${content}\n`)
    }
    await say('\n')
  }
  await commit(0, 0, size.files)
  let made = size.files
  for (let number = 1; made < objects; number++) {
    await commit(number, number * size.changed, size.changed)
    made += size.changed + Math.min(size.changed, 175)
  }
  git.stdin.end()
  await ended
}

function report(found: readonly Line[]): Measured {
  const [small, large] = found
  const ratio = (large?.allMs ?? NaN) / (small?.allMs ?? NaN)
  const lines = [
    `the tree of ${size.files} files; in ms: first byte, all, git's own archive, ratio to that`,
    ...found.map(
      ({ repository, objects, firstByteMs, allMs, archiveMs, bytes }) =>
        `  ${repository.padEnd(6)} ${String(objects).padStart(7)} objects, ${(bytes / 2 ** 20).toFixed(1)} MiB: ${firstByteMs.toFixed(0).padStart(6)} ${allMs.toFixed(0).padStart(6)} ${archiveMs.toFixed(0).padStart(6)} ${(allMs / archiveMs).toFixed(1).padStart(6)}x`,
    ),
    `  large over small: ${ratio.toFixed(2)}x${ratio > aim ? `  MORE than the ${aim}x aimed at` : ''}`,
  ]
  return { lines, data: { size, aim, ratio, repositories: found } }
}
