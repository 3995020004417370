/**
 * `npm run demo`: push, build, fresh machines, results, page, on a real package, with what a user would type.
 * `--once` ends when the verdicts are there; `--hostile` takes checks that attack their machine and its host.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readConfig } from '../../core/config.ts'
import { AppError } from '../../core/errors.ts'
import { openApi, type Api } from '../api.ts'
import { describeArtifact } from '../artifacts.ts'
import { endSignal } from '../end-signal.ts'
import { print, say } from '../output.ts'
import type { BuildJson, ExecutionJson } from '../views.ts'
import { startAssay } from './assay.ts'
import { finishSetup } from './finish-setup.ts'
import { buildImage } from './image.ts'
import { judge } from './judge.ts'
import { fetchPackage, hostRelease } from './package.ts'
import { pushChecks } from './push.ts'
import { watchExecutions } from './watch.ts'

const name = 'deb/hello'
const user = 'demo'

interface Options {
  once: boolean
  /** Folder of `examples/`. */
  example: string
}

/** Whether every outcome was the expected one. */
async function demo({ once, example }: Options): Promise<boolean> {
  const config = readConfig(process.env)
  const folder = join(config.data, 'demo')
  await mkdir(folder, { recursive: true })

  const release = await step('the host', () => hostRelease())
  const built = await step('a real package of this distribution', () => fetchPackage('hello', folder))
  await step(`the guest image ${release.image}`, () => buildImage(release.image))
  await step('what npm was still building meanwhile', finishSetup)
  await using assay = await step('starting Assay', () => startAssay(config, release.image))
  const api = openApi({ server: null, token: null, data: config.data })
  const url = await step(`pushing checks to ${name}`, async () => {
    const added = await api.post<{ url: string; git: string }>('/api/v1/packages', {
      package: name,
      maintainers: [user],
    })
    const { token } = await api.post<{ token: string }>('/api/v1/tokens', {
      user,
      scopes: ['push'],
      expires: null,
    })
    await pushChecks(example, folder, added.git, { user, token })
    return added.url
  })
  const executions = await step(
    `announcing the build of hello ${built.version} for ${release.codename}`,
    () => announce(api, { release: release.codename, version: built.version, file: built.file }),
  )
  const finished = await step('running its checks, each in a fresh machine', () =>
    watchExecutions(api, executions),
  )
  const good = await judge(example, finished)
  print(`\nThe package's page: ${url}`)
  if (once) return good
  print('Assay keeps serving until Ctrl-C.')
  await Promise.race([endSignal(), assay.ended])
  return good
}

interface Announced {
  release: string
  version: string
  file: string
}

async function announce(api: Api, { release, version, file }: Announced): Promise<ExecutionJson[]> {
  const data = { package: name, release, version, artifacts: [await describeArtifact(api, file)] }
  const event = {
    ...{ specversion: '1.0', type: 'dev.assay.build.completed.v1', source: 'urn:assay:demo' },
    ...{ id: new Date().toISOString(), datacontenttype: 'application/json', data },
  }
  const { build, executions } = await api.post<{ build: BuildJson; executions: ExecutionJson[] }>(
    '/api/v1/events',
    event,
    'application/cloudevents+json',
  )
  say(`   ${executions.length} executions: ${build.url}`)
  return executions
}

let steps = 0

/** Says what begins; what fails says which step it was, why, and what to do. */
async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  steps += 1
  say(`\n${steps}. ${title}`)
  try {
    return await work()
  } catch (error) {
    const cause =
      error instanceof AppError ? error.message : String(error instanceof Error ? error.stack : error)
    throw new AppError('DEMO_FAILED', 500, `step ${steps} (${title}) failed: ${cause}`)
  }
}

try {
  const { values } = parseArgs({ options: { once: { type: 'boolean' }, hostile: { type: 'boolean' } } })
  const example = values.hostile ? 'hostile-checks' : 'hello-checks'
  process.exitCode = (await demo({ once: values.once ?? false, example })) ? 0 : 1
} catch (error) {
  say(`demo: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = error instanceof AppError ? 3 : 2
}
