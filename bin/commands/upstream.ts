/** `assay upstream`: checks that are kept in a repository elsewhere, on a forge. */
import { readFile } from 'node:fs/promises'
import { Command, Option } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import type { Forge } from '../../core/forges.ts'
import { fullName, parsePackage } from '../../core/names.ts'
import { openApi } from '../api.ts'
import { examples, json, UsageError } from '../command.ts'
import { print, printJson } from '../output.ts'

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

const forges = ['forgejo', 'github', 'gitlab', 'pagure'] as const satisfies Forge[]

const name = ['<namespace/name>', 'the package'] as const
const pathOf = (text: string): string => `/api/v1/packages/${fullName(parsePackage(text))}/upstream`

const set = new Command('set')
  .summary('follow a repository elsewhere')
  .description(
    'Takes the checks of a package from a repository elsewhere. The secret for its webhook is printed once.',
  )
  .argument(...name)
  .argument('<url>', 'where git fetches it')
  .addOption(
    new Option('--forge <name>', 'which forge it is, where the address does not tell').choices(forges),
  )
  .option('--status-token <file>', 'a token of the forge, with which commits there are given their verdict')
  .option(...json)
  .addHelpText('after', examples('upstream set deb/hello https://salsa.debian.org/debian/hello-checks.git'))
  .action(async (text, url, options) => {
    const file = options.statusToken
    const statusToken = file === undefined ? undefined : (await readToken(file)).trim()
    const made = await openApi(readConfig(process.env)).put<UpstreamJson & { secret: string }>(pathOf(text), {
      url,
      ...(options.forge !== undefined && { forge: options.forge }),
      ...(statusToken !== undefined && { statusToken }),
    })
    if (options.json) printJson(made)
    else {
      print(`The checks of ${made.package} are taken from ${made.url} now.`)
      print(
        'So that they are as soon as somebody pushes there, add a webhook for pushes, with content type JSON:',
      )
      print(`address  ${made.webhook}\nsecret   ${made.secret}`)
    }
  })

const tell = new Command('show')
  .summary('say what the last look there came to')
  .description('Says what the last look at the repository elsewhere came to.')
  .argument(...name)
  .option(...json)
  .addHelpText('after', examples('upstream show deb/hello'))
  .action(async (text, options) =>
    show(await openApi(readConfig(process.env)).get<UpstreamJson>(pathOf(text)), options.json),
  )

const fetchAgain = new Command('fetch')
  .summary('look there again')
  .description('Has the server look at the repository elsewhere again, within seconds.')
  .argument(...name)
  .option(...json)
  .addHelpText('after', examples('upstream fetch deb/hello'))
  .action(async (text, options) => {
    const asked = await openApi(readConfig(process.env)).post<UpstreamJson>(`${pathOf(text)}/fetch`)
    if (options.json) printJson(asked)
    else print(`${asked.url} is looked at within seconds: \`assay upstream show ${asked.package}\`.`)
  })

const rm = new Command('rm')
  .summary('stop following it: checks are pushed here again')
  .description(
    'Stops following the repository elsewhere. What was taken in stays, and checks are pushed here again.',
  )
  .argument(...name)
  .addHelpText('after', examples('upstream rm deb/hello'))
  .action(async (text) => {
    await openApi(readConfig(process.env)).remove(pathOf(text))
    print(`The checks of ${fullName(parsePackage(text))} are pushed here again. What was taken in stays.`)
  })

export default new Command('upstream')
  .summary('follow checks that are kept on a forge')
  .description('Checks that are kept in a repository elsewhere, on a forge.')
  .addCommand(set)
  .addCommand(tell)
  .addCommand(fetchAgain)
  .addCommand(rm)

const readToken = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`)
  })

function show(upstream: UpstreamJson, asJson?: true): void {
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
