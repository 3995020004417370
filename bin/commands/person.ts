/** `assay person`: where people are reached, and what they are told. */
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { print, printJson } from '../output.ts'
import { type Action, subcommands } from '../subcommands.ts'

interface ReaderJson {
  user: string
  mail: string | null
  subscriptions: Record<string, string>
}

export default {
  usage:
    "show USER | mail USER ADDRESS|none | follow USER PACKAGE|'*' changes|failures|none | free USER [--json]",
  summary:
    "Says where a person is reached, and what the person is told of a package or ('*') of all own ones; frees a name for another account of the provider.",
  run: (args) => subcommands(actions)(args),
} satisfies Command

const actions: Record<string, Action> = {
  async show(args) {
    const { values, positionals } = readArguments(args, {}, { least: 1, most: 1 })
    show(await openApi(readConfig(process.env)).get<ReaderJson>(pathOf(positionals[0])), values.json)
  },
  async mail(args) {
    const { values, positionals } = readArguments(args, {}, { least: 2, most: 2 })
    const [user, address] = positionals
    show(await change(user, { mail: address === 'none' ? null : address }), values.json)
  },
  async follow(args) {
    const { values, positionals } = readArguments(args, {}, { least: 3, most: 3 })
    const [user, about = '', interest] = positionals
    show(await change(user, { subscriptions: { [about]: interest } }), values.json)
  },
  async free(args) {
    const { values, positionals } = readArguments(args, {}, { least: 1, most: 1 })
    const path = `${pathOf(positionals[0])}/account`
    const answer = await openApi(readConfig(process.env)).remove<{ user: string; freed: boolean }>(path)
    if (values.json) printJson(answer)
    else
      print(
        `${answer.user}: ${answer.freed ? 'the next to sign in with this name has it' : 'nobody had this name'}`,
      )
  },
}

const pathOf = (user = ''): string => `/api/v1/people/${encodeURIComponent(user)}`

const change = (user: string | undefined, body: object): Promise<ReaderJson> =>
  openApi(readConfig(process.env)).post<ReaderJson>(pathOf(user), body)

function show(reader: ReaderJson, asJson = false): void {
  if (asJson) printJson(reader)
  else {
    print(`${reader.user}: ${reader.mail ?? 'no address, and so told nothing'}`)
    for (const [about, interest] of Object.entries({ '*': 'changes', ...reader.subscriptions }))
      print(`  ${about === '*' ? 'all own packages' : about}: ${interest}`)
  }
}
