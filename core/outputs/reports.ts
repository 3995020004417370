/** What a check reports in a format of its own choosing, as results. Hostile machines wrote it. Pure. */
import type { ResultsForm } from '../../schemas/types.gen.ts'
import { gatherer, type Gatherer } from './gather.ts'
import { addJunit } from './junit.ts'
import { addResultYaml } from './result-yaml.ts'
import type { ParsedResults } from './results.ts'
import { parseTap } from './tap.ts'
import { NotXml } from '../xml.ts'

/** YAML takes its reader longer than the others. */
const longestYaml = 1024 ** 2

/**
 * The results in `reports`: its output for TAP, else the files that its path names. A check that ended well and left none
 * has not done what it said, which is a failed result.
 */
export function readReports(
  form: Exclude<ResultsForm, 'exit'>,
  reports: readonly string[],
  endedWell: boolean,
): ParsedResults {
  if (form === 'tap')
    return endedWell || reports.some((text) => /^1\.\.|^(not )?ok\b/m.test(text))
      ? parseTap(reports.join('\n'))
      : none
  const gather = gatherer()
  const isJunit = 'junit' in form
  const path = isJunit ? form.junit : form.results
  const add = isJunit ? addOneJunit : addOneYaml
  for (const text of reports) add(text, gather)
  if (endedWell && reports.length === 0) gather.add(failed(`The check left no report at ${path}.`))
  else if (endedWell && isJunit && gather.count() === 0)
    gather.add(failed(`The report at ${path} holds no tests.`))
  return gather.gathered()
}

const none: ParsedResults = { results: [], notes: [] }
const failed = (note: string) => ({ path: ['report'], outcome: 'failed', note }) as const

function addOneJunit(text: string, gather: Gatherer): void {
  try {
    addJunit(text, gather)
  } catch (error) {
    if (!(error instanceof NotXml)) throw error
    gather.add(failed(`The report cannot be read: ${error.message}.`))
  }
}

function addOneYaml(text: string, gather: Gatherer): void {
  if (text.length > longestYaml) gather.add(failed(`The report has more than ${longestYaml} characters.`))
  else addResultYaml(text, gather)
}
