/** `assay person`: where people are reached, and what they are told. */
import { Command } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { examples, json } from '../command.ts'
import { print, printJson } from '../output.ts'

interface ReaderJson {
  user: string
  mail: string | null
  subscriptions: Record<string, string>
}

const pathOf = (user: string): string => `/api/v1/people/${encodeURIComponent(user)}`
const change = (user: string, body: object): Promise<ReaderJson> =>
  openApi(readConfig(process.env)).post<ReaderJson>(pathOf(user), body)

const tell = new Command('show')
  .summary('say where somebody is reached, and about what')
  .description('Says where somebody is reached, and about what.')
  .argument('<user>', 'who')
  .option(...json)
  .addHelpText('after', examples('person show ann'))
  .action(async (user, options) =>
    show(await openApi(readConfig(process.env)).get<ReaderJson>(pathOf(user)), options.json),
  )

const mail = new Command('mail')
  .summary('set the address of somebody')
  .description('Sets the address that mail to somebody goes to.')
  .argument('<user>', 'who')
  .argument('<address>', 'where to; none: no mail')
  .option(...json)
  .addHelpText('after', examples('person mail ann ann@example.org'))
  .action(async (user, address, options) =>
    show(await change(user, { mail: address === 'none' ? null : address }), options.json),
  )

const follow = new Command('follow')
  .summary('set what somebody is told about')
  .description('Sets what somebody is told about a package.')
  .argument('<user>', 'who')
  .argument('<package>', "namespace/name, or '*' for all packages that the user maintains")
  .argument('<interest>', 'changes, failures or none')
  .option(...json)
  .addHelpText('after', examples('person follow ann deb/hello failures', "person follow ann '*' none"))
  .action(async (user, about, interest, options) =>
    show(await change(user, { subscriptions: { [about]: interest } }), options.json),
  )

const free = new Command('free')
  .summary('free a name for another account of the OpenID provider')
  .description('Frees a name: the next account of the OpenID provider to sign in with it has it.')
  .argument('<user>', 'the name')
  .option(...json)
  .addHelpText('after', examples('person free ann'))
  .action(async (user, options) => {
    const path = `${pathOf(user)}/account`
    const answer = await openApi(readConfig(process.env)).remove<{ user: string; freed: boolean }>(path)
    if (options.json) printJson(answer)
    else
      print(
        `${answer.user}: ${answer.freed ? 'the next to sign in with this name has it' : 'nobody had this name'}`,
      )
  })

export default new Command('person')
  .summary('say where people are reached, and about what')
  .description('Where people are reached, and about what.')
  .addCommand(tell)
  .addCommand(mail)
  .addCommand(follow)
  .addCommand(free)

function show(reader: ReaderJson, asJson?: true): void {
  if (asJson) printJson(reader)
  else {
    print(`${reader.user}: ${reader.mail ?? 'no address, and so told nothing'}`)
    for (const [about, interest] of Object.entries({ '*': 'changes', ...reader.subscriptions }))
      print(`  ${about === '*' ? 'all own packages' : about}: ${interest}`)
  }
}
