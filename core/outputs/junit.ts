/** JUnit XML in the dialects of pytest, Maven's Surefire and the tools for Go. Pure. */
import type { Found, Gatherer } from './gather.ts'
import { readXml, type Element } from '../xml.ts'

/** Adds the testcases of one report. Throws NotXml. */
export function addJunit(text: string, gather: Gatherer): void {
  const root = readXml(text)
  if (root.name !== 'testsuites' && root.name !== 'testsuite')
    gather.note(`A report's element is <${root.name.slice(0, 50)}>, not <testsuites>.`)
  addSuite(root, gather)
}

function addSuite(suite: Element, gather: Gatherer): void {
  for (const element of suite.children) {
    if (gather.isFull()) return
    if (element.name === 'testsuite') addSuite(element, gather)
    else if (element.name === 'testcase') gather.add(testcase(element))
    // What broke outside of every test: a class that could not be set up, a package that did not compile.
    else if (element.name === 'error' || element.name === 'failure')
      gather.add({ path: [suite.attributes.get('name') ?? 'suite'], ...about('failed', element) })
  }
}

function testcase({ attributes, children }: Element): Found {
  const of = (...names: string[]): Element | undefined => children.find(({ name }) => names.includes(name))
  const bad = of('failure', 'error')
  const skipped = of('skipped')
  const flaky = of('flakyFailure', 'flakyError')
  const name = attributes.get('name') ?? ''
  const within = attributes.get('classname') ?? ''
  const verdict = bad
    ? about('failed', bad)
    : skipped
      ? about('skipped', skipped)
      : flaky
        ? about('passed', flaky, 'passed when it was tried again: ')
        : { outcome: 'passed' as const, data: {} }
  const data = Object.fromEntries(
    ['time', 'file', 'line'].flatMap((key) =>
      attributes.has(key) ? [[key, attributes.get(key) ?? '']] : [],
    ),
  )
  return { path: [within, name], ...verdict, data: { ...data, ...verdict.data } }
}

/** The message that the element has, or the first line of its text, which is kept as data. */
function about(
  outcome: Found['outcome'],
  { attributes, text }: Element,
  before = '',
): Pick<Found, 'outcome' | 'note'> & { data: Record<string, string> } {
  const details = text.trim()
  const message = attributes.get('message')?.trim() || (details.split('\n')[0] ?? '')
  return {
    outcome,
    ...(before + message !== '' && { note: before + message }),
    data: { type: attributes.get('type') ?? '', details },
  }
}
