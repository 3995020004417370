/** How long a small push takes because of the hooks: the same push to two servers, one of which has none. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readConfig } from '../core/config.ts'
import { startServer } from '../server/main.ts'
import { gitEnvironment } from '../test/support/git.ts'
import { median, type Measured } from './measured.ts'

const run = promisify(execFile)
const rounds = 25
/** Of the first pushes, which find nothing in any cache. */
const warmUp = 3
/** Milliseconds that the hooks may add. */
const aim = 150

interface Place extends AsyncDisposable {
  /** Commits a change and returns how many milliseconds its push took. */
  push: (round: number) => Promise<number>
}

export async function benchPush(): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'))
  try {
    await using plain = await openPlace(join(folder, 'plain'), { hooks: false })
    await using hooked = await openPlace(join(folder, 'hooked'), { hooks: true })
    const times = { plain: [] as number[], hooked: [] as number[] }
    for (let round = 0; round < warmUp + rounds; round++) {
      // Whatever else this machine does meanwhile does it to both.
      const measured = { plain: await plain.push(round), hooked: await hooked.push(round) }
      if (round < warmUp) continue
      times.plain.push(measured.plain)
      times.hooked.push(measured.hooked)
    }
    return report(median(times.plain), median(times.hooked))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function report(plainMs: number, hookedMs: number): Measured {
  const addedMs = hookedMs - plainMs
  const verdict = addedMs <= aim ? 'within' : 'MORE than'
  return {
    lines: [
      `a small push, median of ${rounds}:`,
      `  plain bare repository   ${plainMs.toFixed(0)} ms`,
      `  with the hooks          ${hookedMs.toFixed(0)} ms`,
      `  the hooks add           ${addedMs.toFixed(0)} ms, ${verdict} the ${aim} ms aimed at`,
    ],
    data: { rounds, plainMs: round(plainMs), hookedMs: round(hookedMs), addedMs: round(addedMs), aimMs: aim },
  }
}

const round = (value: number): number => Math.round(value * 10) / 10

/** A server of its own and a clone to push from. */
async function openPlace(folder: string, { hooks }: { hooks: boolean }): Promise<Place> {
  const work = join(folder, 'work')
  await mkdir(work, { recursive: true })
  const data = join(folder, 'data')
  const server = await startServer(
    readConfig({ ASSAY_DATA: data, ASSAY_LISTEN: '127.0.0.1:0', ASSAY_LOG: 'silent' }),
  )
  const { stores, now, repositories } = server.services
  const added = await stores.packages.ensure({ namespace: 'deb', name: 'hello' }, now())
  await stores.packages.addMaintainer(added.id, 'ann')
  const token = await stores.tokens.create('ann', ['push'], { now: now(), expires: null })
  await repositories.environment()
  if (!hooks) await rm(join(data, 'repos', '.assay', 'hooks'), { recursive: true })
  const url = `${server.url.replace('://', `://ann:${token}@`)}/git/deb/hello.git`
  const git = (...args: string[]) => run('git', ['-C', work, ...args], { env: gitEnvironment() })
  await git('init', '--quiet', '--initial-branch=main')
  return {
    async push(round) {
      await writeFile(join(work, 'checks.yaml'), manifest(round))
      await git('add', '.')
      await git('commit', '--quiet', '-m', `Round ${round}`)
      const start = performance.now()
      await git('push', '--quiet', url, 'HEAD:main')
      return performance.now() - start
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
}

const manifest = (round: number): string => `checks:
  smoke:
    summary: hello greets, for the ${round}th time
    run: hello | grep -q 'Hello, world!'
  version:
    run: ./version.sh
    timeout: 5m
    packages: [curl]
`
