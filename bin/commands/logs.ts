/** `assay logs`: what an execution wrote, followed to its end where asked for. */
import { pipeline } from 'node:stream/promises'
import { Command } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { endWith, examples } from '../command.ts'
import { neutralised } from '../neutral-text.ts'
import { say } from '../output.ts'
import { verdictWords, type ExecutionJson } from '../views.ts'

export default new Command('logs')
  .summary('print the log of an execution')
  .description('Prints the log of an execution.')
  .argument('<uuid>', 'the execution')
  .option('-f, --follow', 'go on while it is written; exit status 1 if the execution failed, 3 if it errored')
  .addHelpText('after', examples('logs -f 0f0d7b2a-54c8-4b5e-9d0e-6a4c3d7a1b52'))
  .action(async (uuid, options) => {
    const api = openApi(readConfig(process.env))
    const path = `/api/v1/executions/${encodeURIComponent(uuid)}`
    const log = await api.stream(`${path}/log${options.follow ? '?follow=1' : ''}`)
    const { stdout } = process
    if (stdout.isTTY) await pipeline(log, neutralised, stdout, { end: false })
    else await pipeline(log, stdout, { end: false })
    if (!options.follow) return
    const execution = await api.get<ExecutionJson>(path)
    say(`-- ${verdictWords(execution)}${execution.note ? `: ${execution.note}` : ''}`)
    if (execution.outcome === 'errored') endWith(3)
    else endWith(execution.outcome === 'failed' || execution.outcome === 'needs_inspection' ? 1 : 0)
  })
