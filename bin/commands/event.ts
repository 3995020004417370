/** `assay event`: announces a build by hand, its artifacts files of this host or addresses, or takes what came once more. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../core/config.ts'
import type { BuildData } from '../../schemas/types.gen.ts'
import { openApi, type Api } from '../api.ts'
import { readArguments } from '../arguments.ts'
import { describeArtifact } from '../artifacts.ts'
import { list, replay } from '../replay.ts'
import { UsageError, type Command, type ExitStatus } from '../command.ts'
import { print, printJson, printTable, say } from '../output.ts'
import { verdictWords, type BuildJson, type ExecutionJson } from '../views.ts'

interface Received {
  build: BuildJson
  executions: ExecutionJson[]
}

const text = { type: 'string' } as const
const several = { type: 'string', multiple: true } as const

export default {
  usage:
    'send --package NS/NAME --release R --version V [--arch A ...] [--artifact FILE_OR_URL ...] [--id ID] [--wait] | list | replay ID [--set-aside] [--json]',
  summary:
    'Announces a completed build (--id makes a repeat harmless; --wait ends with its checks: exit 1 if one failed), lists events, or takes one, or a message that was set aside, once more.',
  async run([action, ...args]) {
    if (action === 'send') return send(args)
    if (action === 'list') return list(args)
    if (action === 'replay') return replay(args)
    throw new UsageError('say what to do: send, list or replay')
  },
} satisfies Command

async function send(args: string[]): Promise<ExitStatus> {
  const options = {
    package: text,
    release: text,
    version: text,
    id: text,
    arch: several,
    artifact: several,
    wait: { type: 'boolean' },
  } as const
  const { values } = readArguments(args, options, { least: 0, most: 0 })
  const { package: name, release, version } = values
  if (name === undefined || release === undefined || version === undefined)
    throw new UsageError('--package, --release and --version are needed')
  const api = openApi(readConfig(process.env))
  const artifacts: BuildData['artifacts'] = []
  for (const given of values.artifact ?? []) artifacts.push(await describeArtifact(api, given))
  const data: BuildData = {
    package: name,
    release,
    version,
    artifacts,
    ...(values.arch && { architectures: values.arch }),
  }
  const received = await api.post<Received>(
    '/api/v1/events',
    event(values.id ?? randomUUID(), data),
    'application/cloudevents+json',
  )
  const executions = values.wait ? await finished(api, received.executions) : received.executions
  if (values.json) printJson({ ...received, executions })
  else report(received.build, executions)
  return values.wait ? exitStatus(executions) : 0
}

const event = (id: string, data: BuildData) => ({
  specversion: '1.0',
  type: 'dev.assay.build.completed.v1',
  source: `urn:assay:command-line:${hostname()}`,
  id,
  datacontenttype: 'application/json',
  data,
})

function report({ url }: BuildJson, executions: readonly ExecutionJson[]): void {
  print(`The build is at ${url}`)
  if (executions.length === 0)
    print('No check asks for it: push some to the package’s check repository first.')
  else
    printTable(
      ['EXECUTION', 'CHECK', 'ARCH', 'VERDICT'],
      executions.map((one) => [one.id, one.check, one.arch, verdictWords(one)]),
    )
}

/** Looks until each has its outcome. */
async function finished(api: Api, executions: readonly ExecutionJson[]): Promise<ExecutionJson[]> {
  const ended: ExecutionJson[] = []
  for (const { id } of executions)
    for (;;) {
      const now = await api.get<ExecutionJson>(`/api/v1/executions/${id}`)
      if (now.state === 'finished') {
        say(`${now.check} on ${now.arch}: ${verdictWords(now)}`)
        ended.push(now)
        break
      }
      await sleep(500)
    }
  return ended
}

function exitStatus(executions: readonly ExecutionJson[]): 0 | 1 | 3 {
  const outcomes = executions.map(({ outcome }) => outcome)
  if (outcomes.some((outcome) => outcome === 'failed' || outcome === 'needs_inspection')) return 1
  return outcomes.some((outcome) => outcome === 'errored') ? 3 : 0
}
