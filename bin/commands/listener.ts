/** `assay listener`: what each listener heard and ignored, and the messages that none of them understood. */
import { Command } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { allPages } from '../all-pages.ts'
import { examples, json } from '../command.ts'
import { print, printJson, printTable } from '../output.ts'

interface ListenerJson {
  name: string
  kind: string
  heardAt: string | null
  heard: string | null
  lag: number | null
  stored: number
  repeated: number
  setAside: number
  trouble: string | null
  ignored: { rule: string; count: number }[]
}

interface SetAsideJson {
  id: number
  listener: string
  topic: string
  why: string
  size: number
  setAsideAt: string
}

const list = new Command('list')
  .summary('list what each listener took and ignored (the default)')
  .description('Lists what each listener took and ignored.')
  .option(...json)
  .addHelpText('after', examples('listener'))
  .action(async (options) => {
    const listeners = await allPages<ListenerJson>(openApi(readConfig(process.env)), '/api/v1/listeners')
    if (options.json) printJson(listeners)
    else if (listeners.length === 0) print('No listeners configured: the settings file names none.')
    else
      printTable(
        ['LISTENER', 'KIND', 'TAKEN', 'REPEATED', 'IGNORED', 'SET ASIDE', 'HEARD LAST', 'WHAT', 'TROUBLE'],
        listeners.map((one) => [
          ...[one.name, one.kind, String(one.stored), String(one.repeated)],
          ...[one.ignored.map(({ rule, count }) => `${rule} ${count}`).join(', '), String(one.setAside)],
          ...[one.heardAt ?? 'never', one.heard ?? '', one.trouble ?? ''],
        ]),
      )
  })

const setAside = new Command('set-aside')
  .summary('list messages that no listener understood, or print one')
  .description('Lists messages that no listener understood, or prints one.')
  .argument('[id]', 'the message to print')
  .option(...json)
  .addHelpText('after', examples('listener set-aside', 'listener set-aside 3'))
  .action(async (id, options) => {
    const api = openApi(readConfig(process.env))
    if (id !== undefined) {
      printJson(await api.get(`/api/v1/set-aside/${encodeURIComponent(id)}`))
      return
    }
    const messages = await allPages<SetAsideJson>(api, '/api/v1/set-aside')
    if (options.json) printJson(messages)
    else if (messages.length === 0) print('Every message was understood.')
    else
      printTable(
        ['ID', 'LISTENER', 'TOPIC', 'BYTES', 'WHEN', 'WHY'],
        messages.map((one) => [
          ...[String(one.id), one.listener, one.topic, String(one.size), one.setAsideAt, one.why],
        ]),
      )
  })

export default new Command('listener')
  .summary('see what listeners took, ignored and did not understand')
  .description('Listeners, which notice builds.')
  .addCommand(list, { isDefault: true })
  .addCommand(setAside)
