/** `assay token`: what people and programs prove themselves with. */
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { readArguments } from '../arguments.ts'
import { UsageError, type Command } from '../command.ts'
import { print, printJson, say } from '../output.ts'
import { subcommands } from '../subcommands.ts'

interface TokenJson {
  token: string
  user: string
  scopes: string[]
  expires: string | null
}

export default {
  usage: 'create USER [--scope push|events|results|runner|admin ...] [--expires 90d] | revoke USER',
  summary: 'Makes a token and prints it once (scope push unless said otherwise), or ends all of a user.',
  run: (args) => subcommands({ create, revoke })(args),
} satisfies Command

async function create(args: string[]): Promise<void> {
  const options = { scope: { type: 'string', multiple: true }, expires: { type: 'string' } } as const
  const { values, positionals } = readArguments(args, options, { least: 1, most: 1 })
  const made = await openApi(readConfig(process.env)).post<TokenJson>('/api/v1/tokens', {
    user: positionals[0],
    scopes: values.scope ?? ['push'],
    expires: values.expires === undefined ? null : expiry(values.expires, Date.now()),
  })
  if (values.json) {
    printJson(made)
    return
  }
  say(
    `A token of ${made.user} for ${made.scopes.join(', ')}, good ${made.expires ? `until ${made.expires}` : 'for ever'}:`,
  )
  print(made.token)
}

async function revoke(args: string[]): Promise<void> {
  const { values, positionals } = readArguments(args, {}, { least: 1, most: 1 })
  const user = positionals[0] ?? ''
  const { revoked } = await openApi(readConfig(process.env)).remove<{ revoked: number }>(
    `/api/v1/tokens/${encodeURIComponent(user)}`,
  )
  if (values.json) printJson({ user, revoked })
  else print(`${revoked} of ${user}'s tokens are no longer good.`)
}

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
