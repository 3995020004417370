/** Events and messages that came already: listing them, and taking one once more. */
import { readConfig } from '../core/config.ts'
import { openApi, type Api } from './api.ts'
import { allPages } from './all-pages.ts'
import { endWith } from './command.ts'
import { print, printJson, printTable } from './output.ts'
import type { ExecutionJson } from './views.ts'

interface EventJson {
  id: number
  source: string
  event: string
  type: string
  receivedAt: string
}

interface Options {
  json?: true | undefined
}

export async function list(options: Options): Promise<void> {
  const events = await allPages<EventJson>(openApi(readConfig(process.env)), '/api/v1/events')
  if (options.json) printJson(events)
  else
    printTable(
      ['ID', 'RECEIVED', 'TYPE', 'SOURCE', 'EVENT'],
      events.map((one) => [String(one.id), one.receivedAt, one.type, one.source, one.event]),
    )
}

export async function replay(id: string, options: Options & { setAside?: true | undefined }): Promise<void> {
  const api = openApi(readConfig(process.env))
  await (options.setAside ? replaySetAside : replayEvent)(api, encodeURIComponent(id), options)
}

/** Ends with 1 where the message is still not understood. */
async function replaySetAside(api: Api, id: string, options: Options): Promise<void> {
  const taken = await api.post<{ outcome: string; why: string | null }>(`/api/v1/set-aside/${id}/replay`)
  if (options.json) printJson(taken)
  else print(taken.why === null ? `It is ${taken.outcome} now.` : `It is still not understood: ${taken.why}`)
  endWith(taken.why === null ? 0 : 1)
}

async function replayEvent(api: Api, id: string, options: Options): Promise<void> {
  const again = await api.post<{ executions: ExecutionJson[] }>(`/api/v1/events/${id}/replay`)
  if (options.json) printJson(again)
  else if (again.executions.length === 0) print('Every check that asks for its build has run or will.')
  else
    printTable(
      ['EXECUTION', 'CHECK', 'ARCH', 'STATE'],
      again.executions.map((one) => [one.id, one.check, one.arch, one.state]),
    )
}
