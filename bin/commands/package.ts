/** `assay package`: which packages there are and who maintains them. */
import { readFile } from 'node:fs/promises'
import { text as textFrom } from 'node:stream/consumers'
import { Command, Option } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { fullName, parsePackage } from '../../core/names.ts'
import { openApi } from '../api.ts'
import { allPages } from '../all-pages.ts'
import { collect, examples, json, UsageError } from '../command.ts'
import { print, printJson, printTable, say } from '../output.ts'

interface PackageJson {
  package: string
  maintainers: string[]
  url: string
  git: string
}

const named = (text: string): string => fullName(parsePackage(text))
const name = ['<namespace/name>', 'the package'] as const

const answers = ['yes', 'no'] as const

const add = new Command('add')
  .summary('add a package, or maintainers to it')
  .description('Adds a package, or maintainers to one that is there.')
  .argument(...name)
  .option('--maintainer <user>', 'who maintains it: a user or @group, may be repeated', collect)
  .option(...json)
  .addHelpText('after', examples('package add deb/hello --maintainer ann --maintainer @perl'))
  .action(async (text, options) => {
    const added = await openApi(readConfig(process.env)).post<PackageJson>('/api/v1/packages', {
      package: named(text),
      maintainers: options.maintainer ?? [],
    })
    show(added, options.json)
  })

const change = new Command('change')
  .summary('change who maintains a package, and what they may')
  .description('Changes who maintains a package, and what maintainers may do with its release branches.')
  .argument(...name)
  .option('--maintainer <user>', 'one more: a user or @group, may be repeated', collect)
  .option('--remove-maintainer <user>', 'one less: a user or @group, may be repeated', collect)
  .addOption(
    new Option('--force-push <answer>', 'whether release branches may be rewritten').choices(answers),
  )
  .addOption(
    new Option('--delete-branches <answer>', 'whether release branches may be deleted').choices(answers),
  )
  .option(...json)
  .addHelpText(
    'after',
    examples(
      'package change deb/hello --maintainer @perl --remove-maintainer ann',
      'package change deb/hello --force-push yes',
    ),
  )
  .action(async (text, options) => {
    const changed = await openApi(readConfig(process.env)).post<PackageJson>(
      `/api/v1/packages/${named(text)}`,
      {
        add: options.maintainer ?? [],
        remove: options.removeMaintainer ?? [],
        ...answered('forcePush', options.forcePush),
        ...answered('deleteBranches', options.deleteBranches),
      },
    )
    show(changed, options.json)
  })

const list = new Command('list')
  .summary('list packages and their maintainers')
  .description('Lists packages and their maintainers.')
  .option(...json)
  .addHelpText('after', examples('package list'))
  .action(async (options) => {
    const packages = await allPages<PackageJson>(openApi(readConfig(process.env)), '/api/v1/packages')
    if (options.json) printJson(packages)
    else
      printTable(
        ['PACKAGE', 'MAINTAINERS'],
        packages.map((one) => [one.package, who(one)]),
      )
  })

const rm = new Command('rm')
  .summary('remove a package that has no builds')
  .description('Removes a package that has no builds.')
  .argument(...name)
  .addHelpText('after', examples('package rm deb/hello'))
  .action(async (text) => {
    await openApi(readConfig(process.env)).remove(`/api/v1/packages/${named(text)}`)
    print(`${named(text)} is removed.`)
  })

const takeOver = new Command('import')
  .summary("take over a distribution's list of who maintains what")
  .description(
    "Takes over a distribution's list of who maintains what: JSON, {namespace: {name: [user, ...]}}.",
  )
  .argument('<file>', 'the list; - is standard input')
  .option('--dry-run', 'say what would change, and change nothing')
  .option(...json)
  .addHelpText('after', examples('package import owners.json --dry-run'))
  .action(async (file, options) => {
    const path = `/api/v1/ownership${options.dryRun ? '?dry=1' : ''}`
    const taken = await openApi(readConfig(process.env)).post<Taken>(path, await readOwnership(file))
    if (options.json) printJson(taken)
    else showTaken(taken)
  })

export default new Command('package')
  .summary('add, change, list and remove packages')
  .description('Packages, and who maintains them.')
  .addCommand(add)
  .addCommand(change)
  .addCommand(list)
  .addCommand(rm)
  .addCommand(takeOver)

interface Taken {
  dry: boolean
  changes: { package: string; isNew: boolean; add: string[]; remove: string[] }[]
}

/** `-` is standard input. Throws UsageError for what is no JSON; what it must say the server knows. */
async function readOwnership(file: string): Promise<unknown> {
  const text = await (file === '-' ? textFrom(process.stdin) : readFile(file, 'utf8')).catch(
    (error: unknown) => {
      throw new UsageError(`${file} cannot be read: ${(error as Error).message}`)
    },
  )
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${(error as Error).message}`)
  }
}

function showTaken({ dry, changes }: Taken): void {
  for (const { package: name, isNew, add, remove } of changes)
    print(
      [
        `${isNew ? 'new ' : ''}${name}`,
        ...add.map((user) => `+${user}`),
        ...remove.map((user) => `-${user}`),
      ].join(' '),
    )
  const many = changes.length === 1 ? '1 package' : `${changes.length} packages`
  say(dry ? `${many} would change.` : `${many} changed.`)
}

/** `{[key]: true or false}`, or nothing where the question was not answered. */
const answered = (key: string, answer: (typeof answers)[number] | undefined): Record<string, boolean> =>
  answer === undefined ? {} : { [key]: answer === 'yes' }

function show(found: PackageJson, asJson?: true): void {
  if (asJson) printJson(found)
  else print(`${found.package}, maintained by ${who(found)}\npage  ${found.url}\npush  ${found.git}`)
}

const who = ({ maintainers }: PackageJson): string => maintainers.join(', ') || 'nobody yet'
