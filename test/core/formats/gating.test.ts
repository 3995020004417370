import assert from 'node:assert/strict'
import { readGating, unmetRules } from '../../../core/formats/gating.ts'
import { readRepository } from '../../../core/formats/repository.ts'
import { entriesOf } from '../../support/entries.ts'

const repository = { namespace: 'rpms', name: 'hello' }
const policy = (rest: string): string => `--- !Policy\nproduct_versions: [fedora-*]\n${rest}`
const good = policy(`decision_context: bodhi_update_push_stable
subject_type: koji_build
rules:
- !PassingTestCaseRule {test_case_name: rpms.hello.smoke}
- {type: PassingTestCaseRule, test_case_name: fedora-ci.koji-build.tier0.functional, scenario: null}
`)

describe('reading gating.yaml', () => {
  it('finds the testcases of all policies, and where they are asked for', () => {
    const { rules, faults, notes } = readGating(
      good + policy('decision_contexts: [a, b]\nrules:\n  - !PassingTestCaseRule {test_case_name: x}\n'),
    )
    assert.deepEqual([faults, notes], [[], []])
    assert.deepEqual(rules, [
      { testcase: 'rpms.hello.smoke', line: 6 },
      { testcase: 'fedora-ci.koji-build.tier0.functional', line: 7 },
      { testcase: 'x', line: 12 },
    ])
  })

  const context = 'decision_context: x\n'
  const mistakes: [string, string, number, RegExp][] = [
    ['is no YAML', 'rules: [', 1, /is not YAML/],
    ['has another tag', '--- !Polcy\nrules: []\n', 1, /Unresolved tag/],
    ['is no policy', '--- !Policy\n- a\n', 2, /is no policy/],
    ['is for no decision', policy('rules: []\n'), 2, /for which decision/],
    ['says the decision twice', policy(`${context}decision_contexts: [y]\nrules: []\n`), 2, /or twice/],
    ['has no rules', policy(context), 2, /without a list of rules/],
    [
      'has one version',
      `${context}product_versions: fedora-40\nrules: []\n`,
      2,
      /product_versions is no list/,
    ],
    [
      'has a list where a text is due',
      'decision_context: [x]\nrules: []\n',
      1,
      /decision_context is no text/,
    ],
    ['has a rule of text', policy(`${context}rules: [smoke]\n`), 4, /a rule that has no keys/],
    ['has a rule of no kind', policy(`${context}rules:\n- {test_case_name: x}\n`), 5, /no known kind/],
    [
      'has a nameless rule',
      policy(`${context}rules:\n- !PassingTestCaseRule {scenario: x}\n`),
      5,
      /without a testcase/,
    ],
    [
      'asks elsewhere',
      policy(`${context}rules:\n- !RemoteRule {required: true}\n`),
      5,
      /only policies of a server/,
    ],
    ['has too many policies', `${context}rules: []\n---\n`.repeat(102), 301, /too many policies/],
  ]
  for (const [what, text, line, message] of mistakes)
    it(`refuses one that ${what}, and says where`, () => {
      const { faults } = readGating(text)
      assert.deepEqual(
        faults.map((fault) => [fault.line, message.test(fault.message)]),
        [[line, true]],
        JSON.stringify(faults),
      )
    })

  it('asks about keys that are nearly right, and leaves others in peace', () => {
    const { notes, faults } = readGating(
      policy(`${context}subject_typ: koji_build\nnew_in_2027: x\nrules: []\n`),
    )
    assert.deepEqual(faults, [])
    assert.deepEqual(notes, [
      'gating.yaml, line 4: Greenwave does not know the key subject_typ: is subject_type meant?',
    ])
  })

  it('tells which of the package’s own testcases no check gives', () => {
    const { rules } = readGating(good)
    const given = (...checks: string[]): string[] => unmetRules(rules, { repository, checks })
    assert.deepEqual(given('smoke', 'other'), [])
    assert.deepEqual(given('smok'), [
      'gating.yaml, line 6: no check here gives rpms.hello.smoke, which an update would wait for: is rpms.hello.smok meant?',
    ])
    assert.deepEqual(unmetRules(rules, { repository: null, checks: [] }), [])
    const part = [{ testcase: 'rpms.hello.tmt.plans-smoke.tests/a', line: 1 }]
    assert.deepEqual(unmetRules(part, { repository, checks: ['tmt.plans-smoke'] }), [])
  })

  it('refuses a push for its mistakes, and declares no checks', () => {
    const checks = 'checks: {smok: {run: "true"}}\n'
    const read = (gating: string) =>
      readRepository(entriesOf({ 'checks.yaml': checks, 'gating.yaml': gating }), { repository })
    const { notes, files, faults } = read(good)
    assert.deepEqual([notes.length, files, faults], [1, ['checks.yaml'], []])
    const refused = read('rules: [')
    assert.deepEqual([refused.checks, refused.faults[0]?.file], [[], 'gating.yaml'])
    assert.ok(refused.texts.has('gating.yaml'))
    assert.match(
      readRepository(entriesOf({ 'gating.yaml': { kind: 'folder', size: 0, bytes: null } }), { repository })
        .faults[0]?.message ?? '',
      /is a folder/,
    )
  })
})
