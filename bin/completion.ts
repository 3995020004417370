/** Completion of the command line: what may come next, and what asks for it in each shell. Pure. */
import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** Each asks `assay completion words` at every tab; where nothing is known, files are completed. */
export const scripts: Readonly<Record<Shell, string>> = {
  bash: `_assay() {
  local IFS=$'\\n'
  COMPREPLY=($(assay completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _assay assay`,
  zsh: `#compdef assay
_assay() {
  local -a found
  found=(\${(f)"$(assay completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#found} )); then compadd -- $found; else _files; fi
}
if [ "\${funcstack[1]}" = _assay ]; then _assay; else compdef _assay assay; fi`,
  fish: `function __assay_words
  set -l typed (commandline --current-process --tokenize --cut-at-cursor)
  set -l open (commandline --current-token --cut-at-cursor)
  set -l found (assay completion words -- $typed[2..-1] $open 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path $open
  end
end
complete --command assay --no-files --arguments '(__assay_words)'`,
}

/** What the last of `typed` may become, the others being finished: commands, options, and words that an option takes. */
export function completions(program: CommandUnknownOpts, typed: readonly string[]): string[] {
  const open = typed.at(-1) ?? ''
  let command = program
  let awaiting: Option | undefined
  for (const word of typed.slice(0, -1)) {
    if (awaiting) awaiting = undefined
    else if (word.startsWith('-')) awaiting = optionOf(command, word)
    else command = command.commands.find((one) => one.name() === word) ?? command
  }
  const found = awaiting ? wordsOf(awaiting) : next(command, open)
  return found.filter((word) => word.startsWith(open)).sort()
}

/** The option that takes the word behind this one. */
function optionOf(command: CommandUnknownOpts, word: string): Option | undefined {
  const option = command.options.find(({ long, short }) => word === long || word === short)
  return option?.required ? option : undefined
}

const wordsOf = ({ argChoices }: Option): string[] => argChoices ?? []

function next(command: CommandUnknownOpts, open: string): string[] {
  const help = command.createHelp()
  if (open.startsWith('-')) return help.visibleOptions(command).flatMap(({ long }) => (long ? [long] : []))
  return help.visibleCommands(command).map((one) => one.name())
}
