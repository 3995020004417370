/** What watches a test from the side (check): of tmt's checks, dmesg looks for trouble in what the kernel said. Pure. */
import { isData, type Data } from '../fmf/merge.ts'
import { flagOf, textOf, textsOf, type Values } from './values.ts'

const interpretations = ['respect', 'xfail', 'info'] as const

export interface KernelWatch {
  /** What trouble means to the test. */
  result: (typeof interpretations)[number]
  /** Regular expressions, each of a line. */
  patterns: readonly string[]
}

export interface TestChecks {
  dmesg: KernelWatch | null
  /** Names of those that nothing here can run. */
  unmet: string[]
}

/** tmt's own, where a test names none. */
const usualPatterns = ['Call Trace:', '\\ssegfault\\s']
const most = { patterns: 50, length: 1000 }

/** Reads `check`; what is wrong with it is told to `values.refuse`. */
export function readChecks({ data, refuse }: Values): TestChecks {
  const found: TestChecks = { dmesg: null, unmet: [] }
  const said: unknown[] = [data['check'] ?? []].flat()
  for (const one of said) {
    const check: Values = {
      data: isData(one) ? one : { how: one },
      refuse: (_, message, mend) => refuse('check', message, mend),
    }
    const how = textOf(check, 'how') ?? 'unnamed'
    if (!isEnabled(check)) continue
    if (how === 'dmesg') found.dmesg = kernelWatch(check)
    else found.unmet.push(how.slice(0, 40))
  }
  return found
}

/** tmt's documentation writes it either way. */
const isEnabled = (check: Values): boolean => flagOf(check, 'enabled', true) && flagOf(check, 'enable', true)

function kernelWatch(check: Values): KernelWatch {
  const text = textOf(check, 'result') ?? 'respect'
  const result = interpretations.find((one) => one === text)
  if (result === undefined)
    check.refuse(
      'result',
      `result of a check cannot be ${JSON.stringify(text.slice(0, 80))}`,
      `write one of ${interpretations.join(', ')}`,
    )
  const own: Data = check.data
  const patterns = own['failure-pattern'] === undefined ? usualPatterns : textsOf(check, 'failure-pattern')
  if (
    patterns.length > most.patterns ||
    patterns.some((one) => one.length > most.length || one.includes('\n'))
  )
    check.refuse(
      'failure-pattern',
      'failure-pattern holds more than is looked for',
      `write at most ${most.patterns} patterns of one line each, of at most ${most.length} characters`,
    )
  return { result: result ?? 'respect', patterns }
}
