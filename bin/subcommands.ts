/** A command that is several: its first word says which. */
import { UsageError, type ExitStatus } from './command.ts'

export type Action = (args: string[]) => Promise<void>

/** What runs the action that the first word names. Throws UsageError with the names that there are. */
export const subcommands =
  (actions: Readonly<Record<string, Action>>) =>
  async ([name = '', ...args]: string[]): Promise<ExitStatus> => {
    const act = Object.hasOwn(actions, name) ? actions[name] : undefined
    if (!act) throw new UsageError(`say what to do: ${listed(Object.keys(actions))}`)
    await act(args)
    return 0
  }

/** The same where no word at all, or one that is an option, means `byDefault`. */
export const subcommandsOr = (byDefault: string, actions: Readonly<Record<string, Action>>) => {
  const run = subcommands(actions)
  return (args: string[]): Promise<ExitStatus> =>
    run(args[0] === undefined || args[0].startsWith('-') ? [byDefault, ...args] : args)
}

const listed = (names: readonly string[]): string =>
  [names.slice(0, -1).join(', '), names.at(-1) ?? ''].filter((part) => part !== '').join(' or ')
