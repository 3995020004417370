/**
 * gating.yaml: which testcases must have passed before an update of the package goes out. Greenwave decides by it, and asks
 * us for results; here it is read so that a mistake in it is met at the push, not by an update that waits for ever. Pure.
 * After Greenwave's documentation of its policies.
 */
import type { Fault } from '../check.ts'
import { fullName, type PackageName } from '../names.ts'
import { didYouMean } from './did-you-mean.ts'
import { gatingFile } from './manifest-name.ts'
import { readDocuments, type TaggedSource } from './source.ts'

/** A testcase that updates must have passed. */
export interface GatingRule {
  testcase: string
  /** Where the rule stands in the file. */
  line: number
}

export interface GatingReading {
  rules: GatingRule[]
  faults: Fault[]
  /** Keys that are nearly right. Others are left in peace: Greenwave may have learnt them since. */
  notes: string[]
}

const policyTag = '!Policy'
const testcaseTag = '!PassingTestCaseRule'
const remoteTag = '!RemoteRule'
const most = { documents: 100, rules: 1000, text: 500, notes: 20 }
const example = `- ${testcaseTag} {test_case_name: …}`

const textKeys = ['id', 'decision_context', 'subject_type']
const listKeys = ['product_versions', 'decision_contexts', 'subject_types', 'packages', 'excluded_packages']
const policyKeys = [...textKeys, ...listKeys, 'relevance_key', 'relevance_value', 'rules']
const ruleKeys = ['type', 'test_case_name', 'scenario', 'valid_since', 'valid_until']

/** Reads the policies in `text`, each a document of its own. */
export function readGating(text: string): GatingReading {
  const reading: GatingReading = { rules: [], faults: [], notes: [] }
  const documents = readDocuments(text, [policyTag, testcaseTag, remoteTag])
  for (const [at, source] of documents.entries()) {
    const around: Around = {
      ...{ source, reading },
      refuse: (path, message, mend) =>
        void reading.faults.push({ file: gatingFile, ...source.at(path, 'value'), message, mend }),
    }
    if (at === most.documents) around.refuse([], 'holds too many policies', `write at most ${most.documents}`)
    if (at >= most.documents) break
    for (const fault of source.faults) reading.faults.push({ file: gatingFile, ...fault })
    if (source.faults.length > 0 || source.data === null) continue
    if (isKeys(source.data)) readPolicy(source.data, around)
    else
      around.refuse(
        [],
        'holds a document that is no policy',
        `begin it with --- ${policyTag}, and write keys below it`,
      )
  }
  return reading
}

interface Around {
  source: TaggedSource
  reading: GatingReading
  refuse: (path: readonly string[], message: string, mend: string) => void
}

function readPolicy(data: Keys, around: Around): void {
  const { refuse } = around
  noteSlips(data, [], policyKeys, around)
  for (const key of textKeys)
    if (data[key] !== undefined && !isText(data[key]))
      refuse([key], `${key} is no text`, `write ${key}: and a text`)
  for (const key of listKeys)
    if (data[key] !== undefined && !isTexts(data[key]))
      refuse([key], `${key} is no list of texts`, `write ${key}: [${isText(data[key]) ? data[key] : '…'}]`)
  if ((data['decision_context'] === undefined) === (data['decision_contexts'] === undefined))
    refuse(
      [],
      'holds a policy that says for which decision it is not at all, or twice',
      'write decision_context: and a text, or decision_contexts: and a list',
    )
  const rules = data['rules']
  if (!Array.isArray(rules))
    refuse(
      rules === undefined ? [] : ['rules'],
      'holds a policy without a list of rules',
      `write rules: and ${example}`,
    )
  else if (rules.length > most.rules) refuse(['rules'], 'holds too many rules', `write at most ${most.rules}`)
  else for (const [at, rule] of rules.entries()) readRule(rule, ['rules', String(at)], around)
}

function readRule(rule: unknown, path: readonly string[], around: Around): void {
  const { source, reading, refuse } = around
  const found = testcaseOf(rule, source.tagAt(path))
  if ('message' in found) {
    refuse(path, found.message, found.mend)
    return
  }
  noteSlips(rule as Keys, path, ruleKeys, around)
  reading.rules.push({ ...found, line: source.at(path, 'value').line })
}

type Wrong = Pick<Fault, 'message'> & { mend: string }

function testcaseOf(rule: unknown, tag: string | null): { testcase: string } | Wrong {
  const mend = `write ${example}`
  if (!isKeys(rule)) return { message: 'holds a rule that has no keys', mend }
  const kind = tag ?? (isText(rule['type']) ? `!${rule['type']}` : null)
  if (kind === remoteTag)
    return { message: `holds a rule that only policies of a server may (${remoteTag})`, mend: 'remove it' }
  if (kind !== testcaseTag) return { message: 'holds a rule of no known kind', mend }
  const testcase = rule['test_case_name']
  return isText(testcase) && testcase !== ''
    ? { testcase }
    : { message: 'holds a rule without a testcase', mend }
}

function noteSlips(
  data: Keys,
  path: readonly string[],
  known: readonly string[],
  { source, reading }: Around,
): void {
  for (const key of Object.keys(data).filter((one) => !known.includes(one))) {
    const meant = didYouMean(key, known)
    if (meant === null || reading.notes.length === most.notes) continue
    const { line } = source.at([...path, key], 'key')
    reading.notes.push(
      `${gatingFile}, line ${line}: Greenwave does not know the key ${key}: is ${meant} meant?`,
    )
  }
}

/** A note on each rule that waits for a check of `repository` which is none of `checks`: such an update would never go out. */
export function unmetRules(
  rules: readonly GatingRule[],
  { repository, checks }: { repository: PackageName | null; checks: readonly string[] },
): string[] {
  if (repository === null) return []
  const own = `${fullName(repository).replace('/', '.')}.`
  const isGiven = (check: string): boolean =>
    checks.some((name) => check === name || check.startsWith(`${name}.`))
  return rules
    .filter(({ testcase }) => testcase.startsWith(own) && !isGiven(testcase.slice(own.length)))
    .slice(0, most.notes)
    .map(({ testcase, line }) => {
      const meant = didYouMean(testcase.slice(own.length), checks)
      const hint = meant === null ? '' : `: is ${own}${meant} meant?`
      return `${gatingFile}, line ${line}: no check here gives ${testcase}, which an update would wait for${hint}`
    })
}

type Keys = Readonly<Record<string, unknown>>
const isKeys = (value: unknown): value is Keys =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= most.text
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
