/** `assay completion`: has a shell complete commands, options and their words. */
import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { examples } from '../command.ts'
import { completions, scripts, shells } from '../completion.ts'
import { print } from '../output.ts'

/** `open` opens the command line whose first word is, or may become, the given one. */
export function completion(open: (first?: string) => Promise<CommandUnknownOpts>): CommandUnknownOpts {
  const words = new Command('words')
    .description('Says what may come next: the scripts ask it at each tab.')
    .argument('[word...]', 'words behind `assay`, of which the last is not finished yet')
    .action(async (typed) => {
      const program = await (typed.length > 1 ? open(typed[0]) : open())
      for (const word of completions(program, typed)) print(word)
    })
  const script = new Command('script')
    .description('Prints the script for a shell.')
    .addArgument(new Argument('<shell>', 'which one').choices(shells))
    .action((shell) => print(scripts[shell]))
  return new Command('completion')
    .summary('complete commands in bash, zsh or fish')
    .description('Prints a script with which a shell completes commands, options and their words.')
    .addCommand(script, { isDefault: true })
    .addCommand(words, { hidden: true })
    .addHelpText(
      'after',
      examples(
        'completion bash >~/.local/share/bash-completion/completions/assay',
        'completion zsh >"${fpath[1]}/_assay"',
        'completion fish >~/.config/fish/completions/assay.fish',
      ),
    )
}
