/** A site of a bench's own: the whole product, with builds that are announced as programs announce them. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { assay, startAssay } from '../test/support/assay.ts'
import { push } from '../test/support/git.ts'

export interface Ended {
  id: string
  check: string
  outcome: string | null
  reason: string | null
}

/** A build, and paths of its packages. */
export interface Built {
  name: string
  version: string
  files: readonly string[]
}

export type Site = Awaited<ReturnType<typeof openSite>>

/** Starts it, and pushes what the folders have checked out as the checks of packages, by their names. */
export async function openSite(settings: Record<string, string>, packages: Readonly<Record<string, string>>) {
  const run = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await assay(settings, ...args)
    assert.equal(code, 0, err)
    return out.trim()
  }
  const service = startAssay(settings, 'up')
  try {
    const url = await eventually(() => {
      assert.equal(service.child.exitCode, null, service.said())
      return /^Assay is at (\S+)$/m.exec(service.said())?.[1] ?? null
    })
    const token = await run('token', 'create', 'ann', '--scope', 'push', '--scope', 'events')
    for (const [name, checks] of Object.entries(packages)) {
      await run('package', 'add', `deb/${name}`, '--maintainer', 'ann')
      await push(checks, `${url}/git/deb/${name}.git`, token)
    }
    return {
      pid: service.child.pid ?? 0,
      ...asked(url, token),
      build: (built: Built) => buildAndWait(settings, built),
      [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
    }
  } catch (error) {
    await service[Symbol.asyncDispose]()
    throw error
  }
}

/** Announces a build with its packages, and waits for its checks. */
async function buildAndWait(
  settings: Record<string, string>,
  { name, version, files }: Built,
): Promise<Ended[]> {
  const facts = ['--package', `deb/${name}`, '--release', 'bookworm', '--version', version]
  const artifacts = files.flatMap((file) => ['--artifact', file])
  const { out, err } = await assay(settings, 'event', 'send', ...facts, ...artifacts, '--wait', '--json')
  assert.notEqual(out, '', err)
  return (JSON.parse(out) as { executions: Ended[] }).executions
}

/** What programs may ask a site. */
function asked(url: string, token: string) {
  const get = async (path: string): Promise<unknown> => (await fetch(`${url}/api/v1/${path}`)).json()
  return {
    /** Tells of so many builds, each of a version of its own; resolves with the ids of their executions. */
    async announce(series: string, builds: number): Promise<string[]> {
      const ids: string[] = []
      for (let number = 0; number < builds; number++) {
        const response = await fetch(`${url}/api/v1/events`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/cloudevents+json' },
          body: JSON.stringify(event(`${series}${number}`)),
        })
        const said = (await response.json()) as { executions?: { id: string }[] }
        assert.equal(response.status, 202, JSON.stringify(said))
        ids.push(...(said.executions ?? []).map(({ id }) => id))
      }
      assert.equal(ids.length, builds)
      return ids
    },
    async finished(ids: readonly string[]): Promise<Ended[]> {
      const ended: Ended[] = []
      // Whoever waits for many leaves the processors to them.
      const everyMs = ids.length > 1 ? 500 : 20
      for (const id of ids)
        ended.push(
          await eventually(async () => {
            const seen = (await get(`executions/${id}`)) as Ended & { state: string }
            return seen.state === 'finished' ? seen : null
          }, everyMs),
        )
      return ended
    },
    /** When the check of an execution began, by the server's clock: milliseconds since 1970. */
    async firstInstruction(id: string): Promise<number> {
      const { attempts } = (await get(`executions/${id}`)) as {
        attempts: { steps: { step: string; startedAt: string }[] }[]
      }
      const step = attempts.at(-1)?.steps.find(({ step }) => step === 'running')
      assert.ok(step, `execution ${id} never ran`)
      return Date.parse(step.startedAt)
    },
    /** How the machine of an execution came to be. */
    start: async (id: string): Promise<string> => {
      const { attempts } = (await get(`executions/${id}`)) as { attempts: { machine?: { start?: string } }[] }
      return attempts.at(-1)?.machine?.start ?? 'unknown'
    },
  }
}

const event = (name: string) => ({
  specversion: '1.0',
  type: 'dev.assay.build.completed.v1',
  source: 'bench',
  id: name,
  data: { package: 'deb/trivial', release: 'bookworm', version: `1-${name}`, artifacts: [] },
})

async function eventually<T>(look: () => Promise<T | null> | T | null, everyMs = 20): Promise<T> {
  const deadline = AbortSignal.timeout(10 * 60_000)
  for (;;) {
    const seen = await look()
    if (seen !== null) return seen
    deadline.throwIfAborted()
    await sleep(everyMs)
  }
}
