/** Events and messages that came already: listing them, and taking one once more. */
import { readConfig } from '../core/config.ts'
import { openApi } from './api.ts'
import { allPages } from './all-pages.ts'
import { readArguments } from './arguments.ts'
import type { ExitStatus } from './command.ts'
import { print, printJson, printTable } from './output.ts'
import type { ExecutionJson } from './views.ts'

interface EventJson {
  id: number
  source: string
  event: string
  type: string
  receivedAt: string
}

export async function list(args: string[]): Promise<ExitStatus> {
  const { values } = readArguments(args, {}, { least: 0, most: 0 })
  const events = await allPages<EventJson>(openApi(readConfig(process.env)), '/api/v1/events')
  if (values.json) printJson(events)
  else
    printTable(
      ['ID', 'RECEIVED', 'TYPE', 'SOURCE', 'EVENT'],
      events.map((one) => [String(one.id), one.receivedAt, one.type, one.source, one.event]),
    )
  return 0
}

/** 1 where a message is still not understood. */
export async function replay(args: string[]): Promise<ExitStatus> {
  const options = { 'set-aside': { type: 'boolean' } } as const
  const { values, positionals } = readArguments(args, options, { least: 1, most: 1 })
  const api = openApi(readConfig(process.env))
  const id = encodeURIComponent(positionals[0] ?? '')
  if (values['set-aside']) {
    const taken = await api.post<{ outcome: string; why: string | null }>(`/api/v1/set-aside/${id}/replay`)
    if (values.json) printJson(taken)
    else
      print(taken.why === null ? `It is ${taken.outcome} now.` : `It is still not understood: ${taken.why}`)
    return taken.why === null ? 0 : 1
  }
  const again = await api.post<{ executions: ExecutionJson[] }>(`/api/v1/events/${id}/replay`)
  if (values.json) printJson(again)
  else if (again.executions.length === 0) print('Every check that asks for its build has run or will.')
  else
    printTable(
      ['EXECUTION', 'CHECK', 'ARCH', 'STATE'],
      again.executions.map((one) => [one.id, one.check, one.arch, one.state]),
    )
  return 0
}
