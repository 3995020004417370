/** `assay outbox`: what waits to be told to the world, what was set aside, and sending it once more. */
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { allPages } from '../all-pages.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { print, printJson, printTable } from '../output.ts'
import { subcommandsOr } from '../subcommands.ts'

interface DeliveryJson {
  id: number
  publisher: string
  state: string
  refusals: number
  problem: string | null
  subject: string
  createdAt: string
}

export default {
  usage: '[list [--state waiting|dead|delivered] [--publisher NAME] | resend ID] [--json]',
  summary: 'Lists messages that wait or were set aside, or sends one once more.',
  run: (args) => subcommandsOr('list', { list, resend })(args),
} satisfies Command

async function list(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const { values } = readArguments(args, { state: text, publisher: text }, { least: 0, most: 0 })
  const { state, publisher } = values
  const api = openApi(readConfig(process.env))
  const states = state === undefined ? ['dead', 'waiting'] : [state]
  const lists = await Promise.all(
    states.map((one) => {
      const query = new URLSearchParams({ state: one, ...(publisher !== undefined && { publisher }) })
      return allPages<DeliveryJson>(api, `/api/v1/outbox?${query.toString()}`)
    }),
  )
  const deliveries = lists.flat()
  if (values.json) printJson(deliveries)
  else if (deliveries.length === 0) print('Nothing waits, and nothing was set aside.')
  else
    printTable(
      ['ID', 'STATE', 'PUBLISHER', 'REFUSED', 'SUBJECT', 'SINCE', 'PROBLEM'],
      deliveries.map((one) => [
        ...[String(one.id), one.state, one.publisher, String(one.refusals)],
        ...[one.subject, one.createdAt, one.problem ?? ''],
      ]),
    )
}

async function resend(args: string[]): Promise<void> {
  const { values, positionals } = readArguments(args, {}, { least: 1, most: 1 })
  const id = encodeURIComponent(positionals[0] ?? '')
  const delivery = await openApi(readConfig(process.env)).post<DeliveryJson>(`/api/v1/outbox/${id}/resend`)
  if (values.json) printJson(delivery)
  else print(`Delivery ${delivery.id} waits for ${delivery.publisher} again.`)
}
