/** A server in a process of its own, with what ordinary people do there: they push, look at a page, announce a build. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { assay, startAssay } from '../../test/support/assay.ts'
import { commitFiles, push } from '../../test/support/git.ts'
import { passed, testRunner } from '../../test/support/runner.ts'
import { settingsFile } from '../../test/support/settings.ts'
import { until } from '../../test/support/until.ts'

export interface Site extends AsyncDisposable {
  url: string
  /** For whatever needs files. */
  folder: string
  /** Of ann, who maintains deb/hello and deb/attacked. */
  token: string
  /** One whose log is 60 kB of carriage returns. */
  execution: string
  /** What people do; each resolves with whether it was answered as it should. */
  ordinary: Readonly<Record<'push' | 'page' | 'event', () => Promise<boolean>>>
}

const checks = 'checks:\n  smoke:\n    run: "true"\n'

export async function openSite(folder: string): Promise<Site> {
  const settings = {
    ASSAY_DATA: join(folder, 'data'),
    // Whoever attacks comes from the same address as everybody here, which is what a bound for each would be for.
    ASSAY_SETTINGS: await settingsFile(folder, {
      web: { requestsPerMinute: 1_000_000, clonesPerMinute: 1_000_000 },
      pushes: { perMinute: 100_000 },
    }),
  }
  await mkdir(settings.ASSAY_DATA, { recursive: true })
  const service = startAssay(settings, 'serve', '--json')
  const said = await until('the server to listen', () => /"url": "([^"]+)"/.exec(service.said())?.[1])
  const run = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await assay(settings, ...args)
    if (code !== 0) throw new Error(err)
    return out.trim()
  }
  for (const name of ['deb/hello', 'deb/attacked']) await run('package', 'add', name, '--maintainer', 'ann')
  const token = await run('token', 'create', 'ann')
  const builder = await run('token', 'create', 'builder', '--scope', 'events')
  const work = join(folder, 'hello')
  await commitFiles(work, { 'checks.yaml': checks })
  await push(work, `${said}/git/deb/hello.git`, token)
  let number = 0
  const announce = async (): Promise<{ executions: { id: string }[] }> => {
    const answer = await fetch(`${said}/api/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json', authorization: `Bearer ${builder}` },
      body: JSON.stringify({
        ...{
          specversion: '1.0',
          type: 'dev.assay.build.completed.v1',
          source: 'urn:bench',
          id: `b${(number += 1)}`,
        },
        data: { package: 'deb/hello', release: 'sid', version: `1.${number}`, artifacts: [] },
      }),
    })
    if (!answer.ok) throw new Error(await answer.text())
    return (await answer.json()) as { executions: { id: string }[] }
  }
  const execution = (await announce()).executions[0]?.id ?? ''
  const runner = testRunner(said, await run('token', 'create', 'r1', '--scope', 'runner'))
  const job = await runner.take(execution)
  await runner.tell(job, 'log?offset=0', { body: Buffer.from(`${'\r'.repeat(60_000)}\n`) })
  await runner.report(job, passed)
  return {
    ...{ url: said, folder, token, execution },
    ordinary: {
      async push() {
        await commitFiles(work, { 'checks.yaml': `# ${(number += 1)}\n${checks}` })
        return /registered|smoke/.test(await push(work, `${said}/git/deb/hello.git`, token))
      },
      async page() {
        const answer = await fetch(`${said}/packages/deb/hello`, { headers: { accept: 'text/html' } })
        return answer.ok && (await answer.text()).includes('smoke')
      },
      event: async () => (await announce()).executions.length === 1,
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  }
}
