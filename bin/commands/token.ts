/** `assay token`: what people and programs prove themselves with. */
import { Command } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { collect, examples, json, UsageError } from '../command.ts'
import { print, printJson, say } from '../output.ts'

interface TokenJson {
  token: string
  user: string
  scopes: string[]
  expires: string | null
}

const create = new Command('create')
  .summary('make a token and print it once')
  .description('Makes a token and prints it, once: alone on standard output.')
  .argument('<user>', 'whose')
  .option(
    '--scope <scope>',
    'what it is good for, may be repeated: push, events, results, runner, admin',
    collect,
  )
  .option('--expires <time>', 'a number and h, d, w or y, such as 90d; never without it')
  .option(...json)
  .addHelpText('after', examples('token create ann', 'token create builder --scope events --expires 90d'))
  .action(async (user, options) => {
    const made = await openApi(readConfig(process.env)).post<TokenJson>('/api/v1/tokens', {
      user,
      scopes: options.scope ?? ['push'],
      expires: options.expires === undefined ? null : expiry(options.expires, Date.now()),
    })
    if (options.json) {
      printJson(made)
      return
    }
    say(
      `A token of ${made.user} for ${made.scopes.join(', ')}, good ${made.expires ? `until ${made.expires}` : 'until it is revoked'}:`,
    )
    print(made.token)
  })

const revoke = new Command('revoke')
  .summary('end all tokens of a user')
  .description('Ends all tokens of a user.')
  .argument('<user>', 'whose')
  .option(...json)
  .addHelpText('after', examples('token revoke ann'))
  .action(async (user, options) => {
    const { revoked } = await openApi(readConfig(process.env)).remove<{ revoked: number }>(
      `/api/v1/tokens/${encodeURIComponent(user)}`,
    )
    if (options.json) printJson({ user, revoked })
    else print(`${revoked} of ${user}'s tokens are no longer good.`)
  })

export default new Command('token')
  .summary('make and revoke tokens')
  .description('Tokens, by which people and programs prove who they are.')
  .addCommand(create)
  .addCommand(revoke)

const units: Readonly<Record<string, number>> = {
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}

/** `90d` from `now` on, as ISO 8601 in UTC. */
function expiry(text: string, now: number): string {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([hdwy])$/.exec(text) ?? []
  const length = units[unit]
  if (length === undefined) throw new UsageError('--expires is a number and h, d, w or y: 90d')
  return new Date(now + Number(count) * length).toISOString()
}
