/** Structured results: the lines of $ASSAY_RESULTS as values. A hostile machine wrote them, so all is bounded. Pure. */
import type { CheckResult } from '../../schemas/types.gen.ts'
import { validateResult, type Problem } from '../../schemas/validate.ts'

export interface ParsedResults {
  results: CheckResult[]
  /** What was left out and why, for people; never many. */
  notes: string[]
}

const limits = { results: 5000, line: 64 * 1024, notes: 10 }

/** Parses JSON lines. Lines that are not valid are left out; the first of them are named, the others counted. */
export function parseResults(text: string): ParsedResults {
  const results: CheckResult[] = []
  const notes: string[] = []
  let invalid = 0
  let line = 0
  for (const content of linesOf(text)) {
    line++
    if (content.trim() === '') continue
    if (results.length === limits.results) {
      notes.push(`Only the first ${limits.results} results were kept.`)
      break
    }
    const { result, problem } = parseLine(content)
    if (result) results.push(result)
    else if (++invalid <= limits.notes)
      notes.push(`Line ${line} of the results was left out: ${problem}.`.slice(0, 500))
  }
  if (invalid > limits.notes) notes.push(`${invalid} lines of the results were left out in all.`)
  return { results, notes }
}

/** One line at a time: a text of nothing but newlines must not become millions of strings at once. */
function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    yield text.slice(start, end)
    start = end + 1
  }
}

type Parsed = { result: CheckResult; problem?: never } | { result?: never; problem: string }

function parseLine(line: string): Parsed {
  if (line.length > limits.line) return { problem: `it is longer than ${limits.line} characters` }
  let data: unknown
  try {
    data = JSON.parse(line)
  } catch {
    return { problem: 'it is not JSON' }
  }
  const { value, problems } = validateResult(data)
  return value ? { result: value } : { problem: problems.map(inWords).join('; ') }
}

const inWords = ({ path, message }: Problem): string =>
  path.length > 0 ? `${path.join('.')}: ${message}` : message
