/** `assay logs`: what an execution wrote, followed to its end where asked for. */
import { pipeline } from 'node:stream/promises'
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { neutralised } from '../neutral-text.ts'
import { say } from '../output.ts'
import { verdictWords, type ExecutionJson } from '../views.ts'

export default {
  usage: '[-f|--follow] UUID',
  summary:
    'The log of an execution; with -f while it is written, until it has finished. Exit 1 if it failed then.',
  async run(args) {
    const follow = { type: 'boolean', short: 'f' } as const
    const { values, positionals } = readArguments(args, { follow }, { least: 1, most: 1 })
    const api = openApi(readConfig(process.env))
    const path = `/api/v1/executions/${encodeURIComponent(positionals[0] ?? '')}`
    const log = await api.stream(`${path}/log${values.follow ? '?follow=1' : ''}`)
    const { stdout } = process
    if (stdout.isTTY) await pipeline(log, neutralised, stdout, { end: false })
    else await pipeline(log, stdout, { end: false })
    if (!values.follow) return 0
    const execution = await api.get<ExecutionJson>(path)
    say(`-- ${verdictWords(execution)}${execution.note ? `: ${execution.note}` : ''}`)
    if (execution.outcome === 'errored') return 3
    return execution.outcome === 'failed' || execution.outcome === 'needs_inspection' ? 1 : 0
  },
} satisfies Command
