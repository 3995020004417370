/** `assay outbox`: what waits to be told to the world, what was set aside, and sending it once more. */
import { Command, Option } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { allPages } from '../all-pages.ts'
import { examples, json } from '../command.ts'
import { print, printJson, printTable } from '../output.ts'

interface DeliveryJson {
  id: number
  publisher: string
  state: string
  refusals: number
  problem: string | null
  subject: string
  createdAt: string
}

const list = new Command('list')
  .summary('list messages that wait or were set aside (the default)')
  .description('Lists messages that wait or were set aside.')
  .addOption(
    new Option('--state <state>', 'in this state; without it, waiting and dead').choices([
      'waiting',
      'dead',
      'delivered',
    ]),
  )
  .option('--publisher <name>', 'of this publisher alone')
  .option(...json)
  .addHelpText('after', examples('outbox', 'outbox --state delivered --publisher mail'))
  .action(async ({ json: asJson, state, publisher }) => {
    const api = openApi(readConfig(process.env))
    const states = state === undefined ? ['dead', 'waiting'] : [state]
    const lists = await Promise.all(
      states.map((one) => {
        const query = new URLSearchParams({ state: one, ...(publisher !== undefined && { publisher }) })
        return allPages<DeliveryJson>(api, `/api/v1/outbox?${query.toString()}`)
      }),
    )
    const deliveries = lists.flat()
    if (asJson) printJson(deliveries)
    else if (deliveries.length === 0) print('Nothing waits, and nothing was set aside.')
    else
      printTable(
        ['ID', 'STATE', 'PUBLISHER', 'REFUSED', 'SUBJECT', 'SINCE', 'PROBLEM'],
        deliveries.map((one) => [
          ...[String(one.id), one.state, one.publisher, String(one.refusals)],
          ...[one.subject, one.createdAt, one.problem ?? ''],
        ]),
      )
  })

const resend = new Command('resend')
  .summary('send a message once more')
  .description('Sends a message once more.')
  .argument('<id>', 'as `assay outbox` shows it')
  .option(...json)
  .addHelpText('after', examples('outbox resend 12'))
  .action(async (id, options) => {
    const path = `/api/v1/outbox/${encodeURIComponent(id)}/resend`
    const delivery = await openApi(readConfig(process.env)).post<DeliveryJson>(path)
    if (options.json) printJson(delivery)
    else print(`Delivery ${delivery.id} waits for ${delivery.publisher} again.`)
  })

export default new Command('outbox')
  .summary('see what waits to be sent, and send it again')
  .description('Messages to mail, chats, buses and webhooks.')
  .addCommand(list, { isDefault: true })
  .addCommand(resend)
