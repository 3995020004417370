/** `assay group`: groups of users, which maintain packages as `@GROUP`. */
import { readConfig } from '../../core/config.ts'
import { allPages } from '../all-pages.ts'
import { openApi } from '../api.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { print, printJson, printTable } from '../output.ts'
import { type Action, subcommands } from '../subcommands.ts'

interface GroupJson {
  group: string
  users: string[]
}

export default {
  usage: 'add GROUP USER ... | list | rm GROUP USER',
  summary:
    'Adds users to a group or removes one; @GROUP maintains packages, members of admins push everywhere.',
  run: (args) => subcommands(actions)(args),
} satisfies Command

const actions: Record<string, Action> = {
  async add(args) {
    const { values, positionals } = readArguments(args, {}, { least: 2, most: 101 })
    const [group, ...users] = positionals
    const api = openApi(readConfig(process.env))
    show(await api.post<GroupJson>('/api/v1/groups', { group, users }), values.json)
  },
  async list(args) {
    const { values } = readArguments(args, {}, { least: 0, most: 0 })
    const groups = await allPages<GroupJson>(openApi(readConfig(process.env)), '/api/v1/groups')
    if (values.json) printJson(groups)
    else
      printTable(
        ['GROUP', 'MEMBERS'],
        groups.map(({ group, users }) => [group, users.join(', ')]),
      )
  },
  async rm(args) {
    const { values, positionals } = readArguments(args, {}, { least: 2, most: 2 })
    const path = `/api/v1/groups/${positionals.map(encodeURIComponent).join('/')}`
    show(await openApi(readConfig(process.env)).remove<GroupJson>(path), values.json)
  },
}

function show(found: GroupJson, asJson = false): void {
  if (asJson) printJson(found)
  else print(`${found.group}: ${found.users.join(', ') || 'nobody any more'}`)
}
