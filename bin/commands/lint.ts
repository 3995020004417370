/** `assay lint`: what a push of this folder would be told, without a push. */
import { resolve } from 'node:path'
import { formatOf } from '../../core/formats/repository.ts'
import { showFaultsOf } from '../../core/formats/show-faults.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { plain, printInColour, printJson, printTable, sayInColour } from '../output.ts'
import { readFolder } from '../read-folder.ts'

export default {
  usage: '[DIR] [--json]',
  summary:
    'Says what a push of the folder would declare, skip or be refused for. Exit 2: it would be refused.',
  async run(args) {
    const { values, positionals } = readArguments(args, {}, { least: 0, most: 1 })
    const { checks, skipped, awaited, faults, texts, notes } = await readFolder(
      resolve(positionals[0] ?? '.'),
    )
    const isRefused = faults.length > 0
    if (values.json) printJson({ checks, skipped, awaited, faults, notes })
    else if (isRefused) sayInColour(`error: ${showFaultsOf(faults, texts)}`)
    else {
      if (checks.length > 0)
        printTable(
          ['CHECK', 'FORMAT', 'RUNS'],
          checks.map((check) => [check.name, formatOf(check), check.summary ?? check.run]),
        )
      for (const warning of [
        ...skipped.map(({ name, reason }) => `check ${name} is skipped: ${reason}`),
        ...awaited.map(({ name, reason }) => `check ${name} is looked into once it is pushed: ${reason}`),
        ...notes,
      ])
        printInColour(`warning: ${plain(warning)}`)
    }
    return isRefused ? 2 : 0
  },
} satisfies Command
