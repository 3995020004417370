/** The lines of a log that a reader looks for first when something failed: a guess, and shown as one. */

export interface NumberedText {
  line: number
  text: string
}

/** How test programs, shells, compilers and package managers say that something went wrong. */
const patterns = [
  /^\s*not ok\b(?!.*# (?:todo|skip)\b)/i,
  /^\s*(?:FAIL|FAILED|FAILURE|ERROR|FATAL)\b/,
  /\b(?:error|fatal|panic|failed):/i,
  /^(?:E: |Traceback |Segmentation fault|Bail out!)/,
  /\b(?:assertion .*failed|command not found|segmentation fault|out of memory)\b/i,
]

const most = 8

/** The last few such lines, in their order: what failed last is what ended the check. `first`: number of the first line. */
export const failingLines = (lines: readonly string[], first: number): NumberedText[] =>
  lines
    .map((text, at) => ({ line: first + at, text }))
    .filter(({ text }) => patterns.some((pattern) => pattern.test(text)))
    .slice(-most)
