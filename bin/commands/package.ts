/** `assay package`: which packages there are and who maintains them. */
import { readFile } from 'node:fs/promises'
import { text as textFrom } from 'node:stream/consumers'
import { readConfig } from '../../core/config.ts'
import { fullName, parsePackage } from '../../core/names.ts'
import { openApi } from '../api.ts'
import { allPages } from '../all-pages.ts'
import { readArguments } from '../arguments.ts'
import { UsageError, type Command } from '../command.ts'
import { print, printJson, printTable, say } from '../output.ts'
import { type Action, subcommands } from '../subcommands.ts'

interface PackageJson {
  package: string
  maintainers: string[]
  url: string
  git: string
}

export default {
  usage:
    'add NS/NAME [--maintainer USER|@GROUP ...] | change NS/NAME [--maintainer USER|@GROUP ...] [--no-maintainer USER|@GROUP ...] [--force-push yes|no] [--delete-branches yes|no] | list | rm NS/NAME | import FILE [--dry-run]',
  summary:
    'Adds a package or maintainers to it, changes who maintains it and what they may, lists packages, removes one without builds, takes over a list of who maintains what.',
  run: (args) => subcommands(actions)(args),
} satisfies Command

const actions: Record<string, Action> = {
  async add(args) {
    const maintainer = { type: 'string', multiple: true } as const
    const { values, positionals } = readArguments(args, { maintainer }, { least: 1, most: 1 })
    const name = fullName(parsePackage(positionals[0] ?? ''))
    const added = await openApi(readConfig(process.env)).post<PackageJson>('/api/v1/packages', {
      package: name,
      maintainers: values.maintainer ?? [],
    })
    show(added, values.json)
  },
  async change(args) {
    const many = { type: 'string', multiple: true } as const
    const one = { type: 'string' } as const
    const options = { maintainer: many, 'no-maintainer': many, 'force-push': one, 'delete-branches': one }
    const { values, positionals } = readArguments(args, options, { least: 1, most: 1 })
    const name = fullName(parsePackage(positionals[0] ?? ''))
    const changed = await openApi(readConfig(process.env)).post<PackageJson>(`/api/v1/packages/${name}`, {
      add: values.maintainer ?? [],
      remove: values['no-maintainer'] ?? [],
      ...answered('forcePush', values['force-push']),
      ...answered('deleteBranches', values['delete-branches']),
    })
    show(changed, values.json)
  },
  async list(args) {
    const { values } = readArguments(args, {}, { least: 0, most: 0 })
    const packages = await allPages<PackageJson>(openApi(readConfig(process.env)), '/api/v1/packages')
    if (values.json) printJson(packages)
    else
      printTable(
        ['PACKAGE', 'MAINTAINERS'],
        packages.map((one) => [one.package, who(one)]),
      )
  },
  async rm(args) {
    const { positionals } = readArguments(args, {}, { least: 1, most: 1 })
    const name = fullName(parsePackage(positionals[0] ?? ''))
    await openApi(readConfig(process.env)).remove(`/api/v1/packages/${name}`)
    print(`${name} is removed.`)
  },
  async import(args) {
    const options = { 'dry-run': { type: 'boolean' } } as const
    const { values, positionals } = readArguments(args, options, { least: 1, most: 1 })
    const path = `/api/v1/ownership${values['dry-run'] ? '?dry=1' : ''}`
    const taken = await openApi(readConfig(process.env)).post<Taken>(
      path,
      await readOwnership(positionals[0] ?? ''),
    )
    if (values.json) printJson(taken)
    else showTaken(taken)
  },
}

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
function answered(key: string, answer: string | undefined): Record<string, boolean> {
  if (answer === undefined) return {}
  if (answer === 'yes' || answer === 'no') return { [key]: answer === 'yes' }
  throw new UsageError('--force-push and --delete-branches are yes or no')
}

function show(found: PackageJson, asJson = false): void {
  if (asJson) printJson(found)
  else print(`${found.package}, maintained by ${who(found)}\npage  ${found.url}\npush  ${found.git}`)
}

const who = ({ maintainers }: PackageJson): string => maintainers.join(', ') || 'nobody yet'
