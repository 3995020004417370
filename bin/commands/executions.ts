/** `assay executions`: what ran, runs and waits, newest first. */
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { printJson, printTable } from '../output.ts'
import { verdictWords, type ExecutionJson, type PageJson } from '../views.ts'

const filters = ['package', 'build', 'check', 'state', 'outcome', 'limit'] as const

export default {
  usage:
    '[--package NS/NAME] [--build ID] [--check NAME] [--state STATE] [--outcome OUTCOME] [--limit N] [--json]',
  summary: 'Executions, newest first: 20 unless --limit says otherwise (at most 100).',
  async run(args) {
    const options = Object.fromEntries(filters.map((name) => [name, { type: 'string' as const }]))
    const { values } = readArguments(args, options, { least: 0, most: 0 })
    const query = new URLSearchParams()
    for (const name of filters) if (typeof values[name] === 'string') query.set(name, values[name])
    const api = openApi(readConfig(process.env))
    const { data } = await api.get<PageJson<ExecutionJson>>(`/api/v1/executions?${query.toString()}`)
    if (values.json) printJson(data)
    else printTable(['EXECUTION', 'PACKAGE', 'VERSION', 'RELEASE', 'CHECK', 'ARCH', 'VERDICT'], data.map(row))
    return 0
  },
} satisfies Command

const row = (execution: ExecutionJson): string[] => [
  execution.id,
  execution.package,
  execution.version,
  execution.release,
  execution.check,
  execution.arch,
  verdictWords(execution),
]
