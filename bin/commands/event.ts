/** `assay event`: announces a build by hand, its artifacts files of this host or addresses, or takes what came once more. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import type { BuildData } from '../../schemas/types.gen.ts'
import { openApi, type Api } from '../api.ts'
import { describeArtifact } from '../artifacts.ts'
import { list, replay } from '../replay.ts'
import { collect, endWith, examples, json } from '../command.ts'
import { print, printJson, printTable, say } from '../output.ts'
import { verdictWords, type BuildJson, type ExecutionJson } from '../views.ts'

interface Received {
  build: BuildJson
  executions: ExecutionJson[]
}

const send = new Command('send')
  .summary('announce a completed build')
  .description('Announces a completed build, so that the checks of its package run.')
  .requiredOption('--package <namespace/name>', 'what was built')
  .requiredOption('--release <release>', 'for which release, such as trixie or f42')
  .requiredOption('--version <version>', 'which version')
  .option(
    '--arch <architecture>',
    'run on this architecture, may be repeated; without it, where it was built',
    collect,
  )
  .option('--artifact <file|url>', 'a file of the build, uploaded or fetched, may be repeated', collect)
  .option('--id <id>', 'of the event: told twice with the same one, it counts once')
  .option('--wait', 'until all its checks have finished; exit status 1 if one failed, 3 if one errored')
  .option(...json)
  .addHelpText(
    'after',
    examples(
      'event send --package deb/hello --release trixie --version 2.10-3 --artifact hello_2.10-3_amd64.deb --wait',
    ),
  )
  .action(async (options) => {
    const api = openApi(readConfig(process.env))
    const artifacts: BuildData['artifacts'] = []
    for (const given of options.artifact ?? []) artifacts.push(await describeArtifact(api, given))
    const data: BuildData = {
      package: options.package,
      release: options.release,
      version: options.version,
      artifacts,
      ...(options.arch && { architectures: options.arch }),
    }
    const received = await api.post<Received>(
      '/api/v1/events',
      event(options.id ?? randomUUID(), data),
      'application/cloudevents+json',
    )
    const executions = options.wait ? await finished(api, received.executions) : received.executions
    if (options.json) printJson({ ...received, executions })
    else report(received.build, executions)
    if (options.wait) endWith(exitStatus(executions))
  })

const listed = new Command('list')
  .summary('list events that came')
  .description('Lists events that came, newest first.')
  .option(...json)
  .addHelpText('after', examples('event list'))
  .action(list)

const again = new Command('replay')
  .summary('take an event, or a message that was set aside, once more')
  .description(
    'Takes an event once more: checks that ask for its build and have not run yet are scheduled. Exit status 1: a message is still not understood.',
  )
  .argument('<id>', 'as `assay event list`, or `assay listener set-aside`, shows it')
  .option('--set-aside', 'the id is that of a message that no listener understood')
  .option(...json)
  .addHelpText('after', examples('event replay 12', 'event replay 3 --set-aside'))
  .action(replay)

export default new Command('event')
  .summary('announce builds, list and replay events')
  .description('Events: what was heard of builds.')
  .addCommand(send)
  .addCommand(listed)
  .addCommand(again)

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
