/** Requests of git and of browsers that no client would send, to a real server: each is answered, and none with a fault of ours. */
import { join } from 'node:path'
import { readConfig } from '../../core/config.ts'
import { startServer } from '../../server/main.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { settingsFile } from '../../test/support/settings.ts'
import { diceOf, mutated, oneOf, swollen, type Dice } from './mutate.ts'

export interface Answers {
  requests: number
  /** With a code of ours below 500, or as asked. */
  answered: number
  /** Words for each that was not. */
  wrong: string[]
}

/** Whoever asks so often is refused before anything of it is read. */
const unbounded = { requestsPerMinute: 1_000_000, clonesPerMinute: 1_000_000 }

const flush = '0000'
const line = (text: string): string => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`
const [zero, some] = ['0'.repeat(40), 'ab'.repeat(20)]

type Sample = readonly [method: 'GET' | 'POST', path: string, type: string, body: string]

/** As clients send them. */
const samples: readonly [Sample, ...Sample[]] = [
  [
    'POST',
    '/git/deb/hello.git/git-upload-pack',
    'application/x-git-upload-pack-request',
    `${line(`want ${some} ofs-delta\n`)}${flush}${line('done\n')}`,
  ],
  [
    'POST',
    '/git/deb/hello.git/git-upload-pack',
    'application/x-git-upload-pack-request',
    `${line('command=ls-refs\n')}0001${line('peel\n')}${flush}`,
  ],
  [
    'POST',
    '/git/deb/hello.git/git-receive-pack',
    'application/x-git-receive-pack-request',
    `${line(`${zero} ${some} refs/heads/main\0 report-status`)}${flush}PACK\0\0\0\x02\0\0\0\x01`,
  ],
  ['GET', '/git/deb/hello.git/info/refs?service=git-upload-pack', '', ''],
  ['GET', '/api/v1/executions?package=deb/hello&limit=5&state=finished', '', ''],
  ['GET', '/api/v2.0/results?testcases:like=a*&since=2026-01-01&limit=3', '', ''],
  ['GET', '/search?q=hello+version', '', ''],
  ['GET', '/deb/hello?release=trixie', '', ''],
  ['GET', '/executions/0f0d7b2a-54c8-4b5e-9d0e-6a4c3d7a1b52/log?from=1', '', ''],
]

/** `many` of them, a few at a time. */
export async function askOddly(many: number, seed: number): Promise<Answers> {
  await using folder = await temporaryFolder()
  const server = await startServer(
    readConfig({
      ...{ ASSAY_DATA: join(folder.path, 'data'), ASSAY_LISTEN: '127.0.0.1:0', ASSAY_LOG: 'silent' },
      ASSAY_SETTINGS: await settingsFile(folder.path, { web: unbounded, pushes: { perMinute: 100_000 } }),
    }),
  )
  const answers: Answers = { requests: many, answered: 0, wrong: [] }
  try {
    const { stores, now } = server.services
    const token = await stores.tokens.create('ann', ['push'], { now: now(), expires: null })
    const { id } = await stores.packages.ensure({ namespace: 'deb', name: 'hello' }, now())
    await stores.packages.addMaintainer(id, 'ann')
    const authorization = `Basic ${Buffer.from(`ann:${token}`).toString('base64')}`
    let next = 0
    const worker = async (): Promise<void> => {
      while (next < many)
        await askOnce({ url: server.url, authorization }, diceOf(seed * 10_000_019 + next++), answers)
    }
    await Promise.all([worker(), worker(), worker(), worker()])
    const well = await fetch(`${server.url}/healthz`)
    if (well.status !== 200) answers.wrong.push(`afterwards /healthz says ${well.status}`)
  } finally {
    await server.close()
  }
  return answers
}

interface Site {
  url: string
  /** Of somebody who may push. */
  authorization: string
}

async function askOnce({ url, authorization }: Site, dice: Dice, answers: Answers): Promise<void> {
  const [method, path, type, body] = oneOf(dice, samples)
  const odd = dice(3) === 0 ? path : mutated(path, dice)
  const said = dice(40) === 0 ? swollen(body || 'x', 200_000, dice) : mutated(body, dice)
  const address = `${url}/${encodeURI(odd.slice(1).replace(/\p{Cs}/gu, '?')).replaceAll('#', '%23')}`
  try {
    const answer = await fetch(address, {
      method,
      ...(method === 'POST' && {
        body: Buffer.from(said, 'latin1'),
        headers: { 'content-type': type, authorization },
      }),
      redirect: 'manual',
      signal: AbortSignal.timeout(60_000),
    })
    const text = await answer.text()
    if (answer.status < 500) answers.answered += 1
    else answers.wrong.push(`${method} ${odd}: ${text.slice(0, 200)}`)
  } catch (error) {
    answers.wrong.push(`${method} ${odd}: ${(error as Error).message}`)
  }
}
