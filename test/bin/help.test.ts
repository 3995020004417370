/** What the command line says of itself, and completes. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { completions, scripts } from '../../bin/completion.ts'
import { openProgram } from '../../bin/program.ts'
import { command } from '../../runner/command.ts'
import { assay } from '../support/assay.ts'

describe('the help of the command line', () => {
  let leaves: CommandUnknownOpts[]
  before(async () => {
    const below = (one: CommandUnknownOpts): CommandUnknownOpts[] =>
      one.commands.length === 0 ? [one] : one.commands.flatMap(below)
    leaves = below(await openProgram(undefined))
  })

  it('names every command, in groups', async () => {
    const { code, out } = await assay({}, 'help')
    equal(code, 0)
    for (const name of ['up', 'doctor', 'run', 'cancel', 'completion'])
      match(out, new RegExp(`^  ${name} `, 'm'))
    match(out, /^Operate a site:$/m)
  })

  it('describes each command, with every option and argument', () => {
    ok(leaves.length > 40, String(leaves.length))
    for (const one of leaves) {
      const named = `${one.parent?.name() ?? ''} ${one.name()}`
      match(one.description(), /^[A-Z].*\.$/, named)
      for (const { flags, description } of one.options) ok(description, `${named} ${flags}`)
      for (const argument of one.registeredArguments) ok(argument.description, `${named} ${argument.name()}`)
    }
  })

  it('shows how people type it', async () => {
    const asked = await assay({}, 'logs', '--help')
    equal(asked.code, 0)
    match(asked.out, /^Usage: assay logs \[options\] <uuid>$[^]*^Examples:\n {2}assay logs -f /m)
    deepEqual(await assay({}, 'help', 'logs'), asked)
  })

  it('is near when something is wrong', async () => {
    const { code, err } = await assay({}, 'executions', '--state', 'waiting')
    equal(code, 2)
    match(err, /^assay: .*Allowed choices are scheduled, running, finished\.\nusage: assay executions/m)
    match((await assay({}, 'lgos')).err, /^assay: unknown command 'lgos'\n\(Did you mean logs\?\)/)
  })
})

describe('completion of the command line', () => {
  it('knows commands, options, and the words that an option takes', async () => {
    const program = await openProgram(undefined)
    const after = (...typed: string[]): string[] => completions(program, typed)
    ok(after('').includes('run') && after('').length > 20)
    deepEqual(after('l'), ['lint', 'listener', 'logs'])
    deepEqual(after('token', ''), ['create', 'help', 'revoke'])
    deepEqual(after('token', 'create', '--e'), ['--expires'])
    deepEqual(after('executions', '--state', 'r'), ['running'])
    deepEqual(after('run', '--check', 'smoke', '--k'), ['--keep'])
    deepEqual(after('executions', '--check', ''), [])
    deepEqual(after('package', 'change', 'deb/x', '--force-push', ''), ['no', 'yes'])
    ok(!after('completion', '').includes('words'))
  })

  it('is asked by bash at each tab', async () => {
    const bin = join(dirname(fileURLToPath(import.meta.url)), '../../../bin')
    const session = `${scripts.bash}
      complete -p assay
      COMP_WORDS=(assay executions --state s) COMP_CWORD=3
      _assay && printf '%s\\n' "\${COMPREPLY[@]}"`
    const printed = await command('bash', ['--norc', '-c', session], {
      env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    })
    equal(printed, 'complete -o default -F _assay assay\nscheduled\n')
  })

  it('prints a script for each shell that it knows, and says which those are', async () => {
    match((await assay({}, 'completion', 'fish')).out, /^complete --command assay /m)
    match((await assay({}, 'completion', 'zsh')).out, /^#compdef assay$/m)
    const { code, err } = await assay({}, 'completion', 'csh')
    equal(code, 2)
    match(err, /bash, zsh, fish/)
  })
})
