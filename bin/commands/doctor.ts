/** `assay doctor`: what this host can do, what it lacks, and how to mend that. */
import { join } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { endWith, examples, json } from '../command.ts'
import { examine, type Finding } from '../examinations.ts'
import { print, printJson, say } from '../output.ts'
import { progressBar } from '../progress.ts'

export default new Command('doctor')
  .summary('say what this host can do, and how to fix what is missing')
  .description(
    'Says what this host can do and how to fix what is missing. Exit status 1: it cannot run checks.',
  )
  .option(...json)
  .addHelpText('after', examples('doctor'))
  .action(async (options) => {
    const config = readConfig(process.env)
    const findings: Finding[] = []
    const bar = process.stderr.isTTY ? progressBar('doctor') : null
    for await (const { finding, step, fraction } of examine(config, join(config.data, 'runner'))) {
      if (finding) findings.push(finding)
      else bar?.update(step, fraction)
    }
    bar?.end()
    const able = findings.every(({ state }) => state !== 'missing')
    if (options.json) printJson({ able, findings })
    else {
      for (const finding of findings) show(finding)
      say(able ? 'This host can run checks.' : 'This host cannot run checks yet: see what is marked with ✗.')
    }
    endWith(able ? 0 : 1)
  })

const marks = { fine: '✓', poor: '!', missing: '✗' } as const

function show({ name, state, found, mend }: Finding): void {
  print(`${marks[state]} ${name.padEnd(12)} ${found}`)
  if (mend !== undefined) print(`  ${''.padEnd(12)} mend: ${mend}`)
}
