/**
 * How long pushes take because of the hooks: the same push to two servers, one of which has none. Repositories of 1 and 50
 * MB, with 1 and 200 checks: their first push, and that of a small change.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readConfig } from '../core/config.ts'
import { startServer } from '../server/main.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { gitEnvironment } from '../test/support/git.ts'
import { median, type Measured } from './measured.ts'

const run = promisify(execFile)
const rounds = { first: 3, change: 15 }
/** Of the changes, which find nothing in any cache. */
const warmUp = 2
/** A small change with the hooks over the same without: 150 ms more where a plain push takes 52, as when it was set. */
const aim = 3.9
/** Files in a repository, whatever its size. */
const files = 100

interface Size {
  megabytes: number
  checks: number
}

const sizes: readonly Size[] = [1, 50].flatMap((megabytes) =>
  [1, 200].map((checks) => ({ megabytes, checks })),
)

/** A server, and a way to push to it. */
interface Place extends AsyncDisposable {
  /** Address of a new package's repository. */
  repository: () => Promise<string>
}

interface Line extends Size {
  push: 'first' | 'change'
  plainMs: number
  hookedMs: number
}

export async function benchPush(): Promise<Measured> {
  await using folder = await temporaryFolder()
  await using plain = await openPlace(join(folder.path, 'plain'), { hooks: false })
  await using hooked = await openPlace(join(folder.path, 'hooked'), { hooks: true })
  const lines: Line[] = []
  for (const size of sizes) {
    const work = join(folder.path, `${size.megabytes}-${size.checks}`)
    lines.push(...(await measure(work, size, { plain, hooked })))
    await rm(work, { recursive: true })
  }
  return report(lines)
}

async function measure(
  work: string,
  size: Size,
  places: Readonly<Record<'plain' | 'hooked', Place>>,
): Promise<Line[]> {
  const git = (...args: string[]) => run('git', ['-C', work, ...args], { env: gitEnvironment() })
  const pushTo = async (url: string): Promise<number> => {
    const start = performance.now()
    await git('push', '--quiet', url, 'HEAD:main')
    return performance.now() - start
  }
  const commit = async (round: number): Promise<void> => {
    await writeFile(join(work, 'checks.yaml'), manifest(round, size.checks))
    await git('add', '.')
    await git('commit', '--quiet', '-m', `Round ${round}`)
  }
  await mkdir(work, { recursive: true })
  await git('init', '--quiet', '--initial-branch=main')
  for (let file = 0; file < files; file++)
    await writeFile(join(work, `data${file}`), randomBytes(Math.ceil((size.megabytes * 1e6) / files)))
  await commit(0)
  const times = {
    first: { plain: [] as number[], hooked: [] as number[] },
    change: { plain: [] as number[], hooked: [] as number[] },
  }
  const urls = { plain: '', hooked: '' }
  // Whatever else this machine does meanwhile does it to both.
  for (let round = 0; round < rounds.first; round++)
    for (const name of ['plain', 'hooked'] as const) {
      urls[name] = await places[name].repository()
      times.first[name].push(await pushTo(urls[name]))
    }
  for (let round = 1; round <= warmUp + rounds.change; round++) {
    await commit(round)
    for (const name of ['plain', 'hooked'] as const) {
      const took = await pushTo(urls[name])
      if (round > warmUp) times.change[name].push(took)
    }
  }
  return (['first', 'change'] as const).map((push) => ({
    ...{ ...size, push, plainMs: median(times[push].plain), hookedMs: median(times[push].hooked) },
  }))
}

/** A server of its own, where ann may push. */
async function openPlace(folder: string, { hooks }: { hooks: boolean }): Promise<Place> {
  const data = join(folder, 'data')
  const server = await startServer(
    readConfig({ ASSAY_DATA: data, ASSAY_LISTEN: '127.0.0.1:0', ASSAY_LOG: 'silent' }),
  )
  const { stores, now, repositories } = server.services
  const token = await stores.tokens.create('ann', ['push'], { now: now(), expires: null })
  await repositories.environment()
  if (!hooks) await rm(join(data, 'repos', '.assay', 'hooks'), { recursive: true })
  let made = 0
  return {
    async repository() {
      const name = `hello${(made += 1)}`
      const added = await stores.packages.ensure({ namespace: 'deb', name }, now())
      await stores.packages.addMaintainer(added.id, 'ann')
      return `${server.url.replace('://', `://ann:${token}@`)}/git/deb/${name}.git`
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
}

const manifest = (round: number, checks: number): string =>
  [
    'checks:',
    ...Array.from({ length: checks }, (_, at) =>
      [
        `  smoke${at}:`,
        `    summary: hello greets, for the ${round}th time`,
        `    run: hello | grep -q 'Hello, world!'`,
        '    timeout: 5m',
        '    packages: [curl]',
      ].join('\n'),
    ),
    '',
  ].join('\n')

function report(found: readonly Line[]): Measured {
  const words = ({ megabytes, checks, push, plainMs, hookedMs }: Line): string => {
    const added = hookedMs - plainMs
    const verdict = push === 'change' && hookedMs > aim * plainMs ? `  more than the ${aim}x aimed at` : ''
    return [
      `${String(megabytes).padStart(3)} MB`,
      String(checks).padStart(7),
      `  ${push.padEnd(7)}`,
      plainMs.toFixed(0).padStart(9),
      hookedMs.toFixed(0).padStart(11),
      added.toFixed(0).padStart(10),
      `${(hookedMs / plainMs).toFixed(1)}x`.padStart(9),
      verdict,
    ].join('')
  }
  return {
    lines: [
      `Pushes, medians in ms (${rounds.first} first ones, ${rounds.change} changes); a change with the hooks: at most ${aim}x`,
      '  size checks  push   plain bare  with hooks  hooks add    ratio',
      ...found.map(words),
    ],
    data: { rounds, aim, pushes: found },
  }
}
