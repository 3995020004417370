/** `assay listener`: what each listener heard and ignored, and the messages that none of them understood. */
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { allPages } from '../all-pages.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { print, printJson, printTable } from '../output.ts'
import { subcommandsOr } from '../subcommands.ts'

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

export default {
  usage: '[list | set-aside [ID]] [--json]',
  summary: 'Lists what listeners heard and ignored, or the messages that they could not understand.',
  run: (args) => subcommandsOr('list', { list, 'set-aside': setAside })(args),
} satisfies Command

async function list(args: string[]): Promise<void> {
  const { values } = readArguments(args, {}, { least: 0, most: 0 })
  const listeners = await allPages<ListenerJson>(openApi(readConfig(process.env)), '/api/v1/listeners')
  if (values.json) printJson(listeners)
  else if (listeners.length === 0) print('Nothing is listened to: the settings file names no listener.')
  else
    printTable(
      ['LISTENER', 'KIND', 'TAKEN', 'REPEATED', 'IGNORED', 'SET ASIDE', 'HEARD LAST', 'WHAT', 'TROUBLE'],
      listeners.map((one) => [
        ...[one.name, one.kind, String(one.stored), String(one.repeated)],
        ...[one.ignored.map(({ rule, count }) => `${rule} ${count}`).join(', '), String(one.setAside)],
        ...[one.heardAt ?? 'never', one.heard ?? '', one.trouble ?? ''],
      ]),
    )
}

async function setAside(args: string[]): Promise<void> {
  const { values, positionals } = readArguments(args, {}, { least: 0, most: 1 })
  const api = openApi(readConfig(process.env))
  const [id] = positionals
  if (id !== undefined) {
    printJson(await api.get(`/api/v1/set-aside/${encodeURIComponent(id)}`))
    return
  }
  const messages = await allPages<SetAsideJson>(api, '/api/v1/set-aside')
  if (values.json) printJson(messages)
  else if (messages.length === 0) print('Every message was understood.')
  else
    printTable(
      ['ID', 'LISTENER', 'TOPIC', 'BYTES', 'WHEN', 'WHY'],
      messages.map((one) => [
        ...[String(one.id), one.listener, one.topic, String(one.size), one.setAsideAt, one.why],
      ]),
    )
}
