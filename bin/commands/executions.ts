/** `assay executions`: what ran, runs and waits, newest first. */
import { Command, Option } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { outcomes, states } from '../../core/execution.ts'
import { openApi } from '../api.ts'
import { examples, json } from '../command.ts'
import { printJson, printTable } from '../output.ts'
import { verdictWords, type ExecutionJson, type PageJson } from '../views.ts'

export default new Command('executions')
  .summary('list executions, newest first')
  .description('Lists executions, newest first.')
  .option('--package <namespace/name>', 'of this package')
  .option('--build <id>', 'of this build')
  .option('--check <name>', 'of this check')
  .addOption(new Option('--state <state>', 'in this state').choices(states))
  .addOption(new Option('--outcome <outcome>', 'with this outcome').choices(outcomes))
  .option('--limit <number>', 'how many, at most 100', '20')
  .option(...json)
  .addHelpText('after', examples('executions --package deb/hello --outcome failed'))
  .action(async ({ json: asJson, ...filters }) => {
    const api = openApi(readConfig(process.env))
    const query = new URLSearchParams(filters)
    const { data } = await api.get<PageJson<ExecutionJson>>(`/api/v1/executions?${query.toString()}`)
    if (asJson) printJson(data)
    else printTable(['EXECUTION', 'PACKAGE', 'VERSION', 'RELEASE', 'CHECK', 'ARCH', 'VERDICT'], data.map(row))
  })

const row = (execution: ExecutionJson): string[] => [
  execution.id,
  execution.package,
  execution.version,
  execution.release,
  execution.check,
  execution.arch,
  verdictWords(execution),
]
