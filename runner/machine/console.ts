/** The serial console: its last lines for people, and the words of a kernel in trouble for the watcher. */
const keep = 16_384
/** Longer lines are no kernel's. */
const lineLength = 1000
/** Facts that are kept, at most. */
const factLimit = 10

const panic = /Kernel panic - not syncing(?:: (.+))?/
/** The agent, or what starts it, says why it cannot go on. */
const agentTrouble = /(?:^|: )(assay: .+|find-agent: \d+: .+)/

/** What a kernel survives, but maybe not the check: in words for people. */
const troubles: [RegExp, (words: string) => string][] = [
  [
    /[Oo]ut of memory: Killed process \d+ \((.+?)\)/,
    (name) => `Memory ran out, and the kernel killed ${name}.`,
  ],
  [/(?:BUG: |Oops: |general protection fault)(.*)/, (words) => `The kernel oopsed: ${words.trim()}.`],
]

export interface ConsoleTail {
  push: (chunk: Buffer) => void
  /** Printable text, at most 16 KiB. */
  text: () => string
  panicked: () => boolean
  /** Why the kernel panicked, in its own words, once they are complete. */
  panicWords: () => string | null
  /** Troubles of the kernel so far, in words for people. */
  facts: () => readonly string[]
  /** Why there is no agent, in its own words, if it said so since this was last asked. */
  takeAgentTrouble: () => string | null
}

export function consoleTail(): ConsoleTail {
  let tail = ''
  let line = ''
  let panicked = false
  let panicWords: string | null = null
  let trouble: string | null = null
  const facts = new Set<string>()
  const look = (complete: string): void => {
    panicWords ??= panic.exec(complete)?.[1]?.slice(0, 200) ?? null
    trouble ??= agentTrouble.exec(complete)?.[1]?.slice(0, 200) ?? null
    for (const [pattern, words] of troubles) {
      const found = pattern.exec(complete)
      if (found && facts.size < factLimit) facts.add(words((found[1] ?? '').slice(0, 200)))
    }
  }
  return {
    push(chunk) {
      const fresh = printable(chunk.subarray(-keep).toString('latin1'))
      tail = (tail + fresh).slice(-keep)
      const lines = (line + fresh).split('\n').map((one) => one.slice(0, lineLength))
      line = lines.pop() ?? ''
      lines.forEach(look)
      panicked ||= [...lines, line].some((one) => panic.test(one))
    },
    text: () => tail,
    panicked: () => panicked,
    panicWords: () => panicWords,
    facts: () => [...facts],
    takeAgentTrouble() {
      const taken = trouble
      trouble = null
      return taken
    },
  }
}

/** Drops terminal control sequences and everything that is not ASCII text. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  return text.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replaceAll(/[^\n\t\x20-\x7e]/g, '')
}
