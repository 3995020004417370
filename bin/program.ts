/** The whole command line: which commands there are, in groups, and what is alike in all of them. */
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { usageOf } from './command.ts'

type Load = () => Promise<{ default: CommandUnknownOpts }>

/** Loaded when asked for: `assay logs` need not wait for what `assay up` stands on. In the order of the help. */
const groups: Readonly<Record<string, Readonly<Record<string, Load>>>> = {
  'Write checks and run them here:': {
    init: () => import('./commands/init.ts'),
    lint: () => import('./commands/lint.ts'),
    run: () => import('./commands/run.ts'),
    enter: () => import('./commands/enter.ts'),
  },
  'See what ran:': {
    status: () => import('./commands/status.ts'),
    executions: () => import('./commands/executions.ts'),
    logs: () => import('./commands/logs.ts'),
    rerun: () => import('./commands/rerun.ts'),
    cancel: () => import('./commands/cancel.ts'),
    keep: () => import('./commands/keep.ts'),
  },
  'Packages and people:': {
    package: () => import('./commands/package.ts'),
    upstream: () => import('./commands/upstream.ts'),
    group: () => import('./commands/group.ts'),
    person: () => import('./commands/person.ts'),
    token: () => import('./commands/token.ts'),
    key: () => import('./commands/key.ts'),
    ssh: () => import('./commands/ssh.ts'),
  },
  'Builds in, messages out:': {
    event: () => import('./commands/event.ts'),
    listener: () => import('./commands/listener.ts'),
    outbox: () => import('./commands/outbox.ts'),
  },
  'Operate a site:': {
    up: () => import('./commands/up.ts'),
    serve: () => import('./commands/serve.ts'),
    runner: () => import('./commands/runner.ts'),
    image: () => import('./commands/image.ts'),
    doctor: () => import('./commands/doctor.ts'),
    completion: async () => ({
      default: (await import('./commands/completion.ts')).completion(openProgram),
    }),
  },
}

/** Every command that there is; of those that `first` does not name nothing is loaded where it names one. */
export async function openProgram(first: string | undefined): Promise<CommandUnknownOpts> {
  const program = new Command('assay')
    .description('Checks of packages, owned by their maintainers, run in disposable machines.')
    .addHelpText(
      'after',
      '\n`assay help COMMAND` explains one. Exit status: 0 fine, 1 failed, 2 wrong usage, 3 infrastructure.',
    )
    .configureOutput({
      writeErr: (text) => void process.stderr.write(text),
      outputError: (text, write) => write(`assay: ${text.replace(/^error: /, '')}`),
    })
    .exitOverride()
  const named = Object.values(groups).some((group) => first !== undefined && Object.hasOwn(group, first))
  for (const [heading, group] of Object.entries(groups)) {
    const loads = Object.entries(group).filter(([name]) => !named || name === first)
    for (const { default: command } of await Promise.all(loads.map(([, load]) => load())))
      program.addCommand(command.helpGroup(heading))
  }
  alike(program)
  return program
}

/** Commands that were made apart take over how errors are told, each with its own usage. */
function alike(command: CommandUnknownOpts): void {
  for (const one of command.commands) {
    one.copyInheritedSettings(command).showHelpAfterError(usageOf(one))
    alike(one)
  }
}
