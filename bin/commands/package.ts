/** `assay package`: which packages there are and who maintains them. */
import { readConfig } from '../../core/config.ts'
import { fullName, parsePackage } from '../../core/names.ts'
import { openApi } from '../api.ts'
import { allPages } from '../all-pages.ts'
import { readArguments } from '../arguments.ts'
import { UsageError, type Command } from '../command.ts'
import { print, printJson, printTable } from '../output.ts'

interface PackageJson {
  package: string
  maintainers: string[]
  url: string
  git: string
}

export default {
  usage: 'add NS/NAME [--maintainer USER ...] | list | rm NS/NAME',
  summary: 'Adds a package or maintainers to it, lists packages, removes one without builds.',
  async run([action = '', ...args]) {
    const run = actions[action]
    if (!run) throw new UsageError('say what to do: add, list or rm')
    await run(args)
    return 0
  },
} satisfies Command

const actions: Record<string, (args: string[]) => Promise<void>> = {
  async add(args) {
    const maintainer = { type: 'string', multiple: true } as const
    const { values, positionals } = readArguments(args, { maintainer }, { least: 1, most: 1 })
    const name = fullName(parsePackage(positionals[0] ?? ''))
    const added = await openApi(readConfig(process.env)).post<PackageJson>('/api/v1/packages', {
      package: name,
      maintainers: values.maintainer ?? [],
    })
    if (values.json) printJson(added)
    else print(`${added.package}, maintained by ${who(added)}\npage  ${added.url}\npush  ${added.git}`)
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
}

const who = ({ maintainers }: PackageJson): string => maintainers.join(', ') || 'nobody yet'
