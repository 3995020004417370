/** `assay lint`: what a push of this folder would be told, without a push. */
import { resolve } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { formatOf } from '../../core/formats/repository.ts'
import { showFaultsOf } from '../../core/formats/show-faults.ts'
import { endWith, examples, json } from '../command.ts'
import { plain, printInColour, printJson, printTable, sayInColour } from '../output.ts'
import { readFolder } from '../read-folder.ts'

export default new Command('lint')
  .summary('say what a push would be told, without a push')
  .description(
    'Says what a push of a folder would declare, skip or be refused for. Exit status 2: it would be refused.',
  )
  .argument('[folder]', 'the check repository', '.')
  .option(...json)
  .addHelpText('after', examples('lint', 'lint my-checks'))
  .action(async (folder, options) => {
    const { checks, skipped, awaited, faults, texts, notes } = await readFolder(resolve(folder))
    const isRefused = faults.length > 0
    if (options.json) printJson({ checks, skipped, awaited, faults, notes })
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
    endWith(isRefused ? 2 : 0)
  })
