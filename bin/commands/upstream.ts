/** `assay upstream`: checks that are kept in a repository elsewhere, on a forge. */
import { readFile } from 'node:fs/promises'
import { readConfig } from '../../core/config.ts'
import { fullName, parsePackage } from '../../core/names.ts'
import { openApi } from '../api.ts'
import { readArguments } from '../arguments.ts'
import { UsageError, type Command } from '../command.ts'
import { print, printJson } from '../output.ts'
import { type Action, subcommands } from '../subcommands.ts'

interface UpstreamJson {
  package: string
  url: string
  forge: string | null
  tellsStatus: boolean
  webhook: string
  waits: boolean
  lookedAt: string | null
  trouble: string | null
  refused: { branch: string; commit: string; why: string }[]
}

export default {
  usage:
    'set NS/NAME URL [--forge forgejo|github|gitlab|pagure] [--status-token FILE] | show NS/NAME | fetch NS/NAME | rm NS/NAME [--json]',
  summary:
    'Says that the checks of a package are kept in a repository elsewhere (the webhook’s secret is told once), what the last look there came to, asks for another, or ends it.',
  run: (args) => subcommands(actions)(args),
} satisfies Command

const pathOf = (name = ''): string => `/api/v1/packages/${fullName(parsePackage(name))}/upstream`

const actions: Record<string, Action> = {
  async set(args) {
    const text = { type: 'string' } as const
    const { values, positionals } = readArguments(
      args,
      { forge: text, 'status-token': text },
      { least: 2, most: 2 },
    )
    const [name, url] = positionals
    const file = values['status-token']
    const statusToken = file === undefined ? undefined : (await readToken(file)).trim()
    const set = await openApi(readConfig(process.env)).put<UpstreamJson & { secret: string }>(pathOf(name), {
      url,
      ...(values.forge !== undefined && { forge: values.forge }),
      ...(statusToken !== undefined && { statusToken }),
    })
    if (values.json) printJson(set)
    else {
      print(`The checks of ${set.package} are taken from ${set.url} now.`)
      print(
        'So that they are as soon as somebody pushes there, add a webhook for pushes, with content type JSON:',
      )
      print(`address  ${set.webhook}\nsecret   ${set.secret}`)
    }
  },
  async show(args) {
    const { values, positionals } = readArguments(args, {}, { least: 1, most: 1 })
    show(await openApi(readConfig(process.env)).get<UpstreamJson>(pathOf(positionals[0])), values.json)
  },
  async fetch(args) {
    const { values, positionals } = readArguments(args, {}, { least: 1, most: 1 })
    const asked = await openApi(readConfig(process.env)).post<UpstreamJson>(`${pathOf(positionals[0])}/fetch`)
    if (values.json) printJson(asked)
    else print(`${asked.url} is looked at within seconds: \`assay upstream show ${asked.package}\`.`)
  },
  async rm(args) {
    const { positionals } = readArguments(args, {}, { least: 1, most: 1 })
    const name = fullName(parsePackage(positionals[0] ?? ''))
    await openApi(readConfig(process.env)).remove(pathOf(name))
    print(`The checks of ${name} are pushed here again. What was taken in stays.`)
  },
}

const readToken = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`)
  })

function show(upstream: UpstreamJson, asJson = false): void {
  if (asJson) {
    printJson(upstream)
    return
  }
  const { url, lookedAt, trouble, refused, waits } = upstream
  print(`${upstream.package} has its checks at ${url}`)
  print(`last look  ${lookedAt ?? 'none yet'}${waits ? ', another one is due' : ''}`)
  print(`webhook    ${upstream.webhook}`)
  if (trouble !== null) print(`trouble    ${trouble}`)
  for (const { branch, commit, why } of refused)
    print(`\n${branch} at ${commit.slice(0, 10)} was not taken:\n${why.replaceAll(/^/gm, '  ')}`)
}
