import assert from 'node:assert/strict'
import { manifest, type Clone } from '../support/clone.ts'
import { maintainer } from '../support/maintainer.ts'

describe('pushing what there is already', () => {
  const pusher = maintainer('deb/formats')
  const { taken, refused } = pusher
  let clone: Clone
  beforeEach(() => ({ clone } = pusher.now()))

  it('reads tmt, and says what of it is not run', async () => {
    await clone.commit({
      '.fmf/version': '1\n',
      'plans/main.fmf': 'discover: {how: fmf}\nexecute: {how: tmt}\n',
      'plans/smoke.fmf': 'summary: Basics\n',
      'plans/away.fmf': 'discover+: {url: https://example.org/tests}\n',
      'tests/main.fmf': '/a: {test: ./a.sh}\n/b: {test: by-hand.md, manual: true}\n',
    })
    await taken(
      /check tmt\.plans-away is looked into once this is in: .* https:\/\/example\.org\/tests is not fetched yet/,
      /missing for now, .*: https:\/\/example\.org\/tests is none of the addresses that this site fetches from/,
      /check tmt\.plans-smoke: test \/tests\/b is skipped: it is for a human/,
      /1 check of tmt, run by the next build/,
      / tmt\.plans-smoke {2}Basics \(1 test\)\n/,
    )
    await clone.commit({ 'tests/main.fmf': '/a:\n  test: x\n  duration: soon\n' })
    const { code, said } = await clone.push()
    assert.equal(code, 1, said)
    assert.match(
      said,
      /tests\/main\.fmf:3:13: \/tests\/a: duration cannot be "soon"\n[^]*\^\n[^]*hint: write a time/,
    )
  })

  it('registers playbooks of the Standard Test Interface, and says why one cannot be run', async () => {
    const role = '{role: standard-test-basic, tags: [classic], tests: [{a: {dir: ., run: ls}}]}'
    await clone.commit({
      'tests/tests.yml': `- hosts: localhost\n  roles: [${role}]\n`,
      'tests/tests_free.yml': '- hosts: localhost\n  tasks: [{command: ls}]\n',
      'tests/tests_mixed.yml': `- hosts: localhost\n  roles: [${role}]\n  tasks: [{command: ls}]\n`,
    })
    await taken(
      /check sti\.tests_mixed is skipped: it has steps beside standard roles \(standard-test-basic\)/,
      /check sti\.tests_free: it has steps of its own: it is skipped where its machine has no Ansible/,
      /main at [0-9a-f]{10}: 2 checks\b/,
    )
  })

  it('refuses policies of a gate that are wrong, and tells what they wait for in vain', async () => {
    const policy = (rule: string) => `--- !Policy\ndecision_context: stable\nrules:\n- ${rule}\n`
    await clone.commit({ 'checks.yaml': manifest(), 'gating.yaml': policy('!PassingTestCase {}') })
    await refused(
      /gating\.yaml:4:3: is not YAML: Unresolved tag: !PassingTestCase\n[^]*hint: write one of !Policy, !Pass/,
    )
    const rule = '!PassingTestCaseRule {test_case_name: other.package.smoke}'
    await clone.commit({ 'gating.yaml': policy(rule) })
    await taken(/main at \S+: 1 check\b/)
  })

  it('says what it gives to checks of other formats that no check is called by', async () => {
    await clone.commit({
      'checks.yaml': "others: {'*': {image: debian-13}, 'tmt.*': {cpus: 2}}\n",
      'debian/tests/control': 'Tests: smoke\n',
      'debian/tests/smoke': '#!/bin/sh\n',
    })
    await taken(
      /others in checks\.yaml: no check of another format is called tmt\.\*/,
      / smoke {2}\(in debian-13\)\n/,
    )
  })

  it('takes what a Debian package has already, and says what of it is skipped', async () => {
    const control = 'Tests: a\n\nTests: b\nRestrictions: needs-tomorrow\n'
    await clone.commit({ 'checks.yaml': manifest(), 'debian/tests/control': control })
    await taken(
      /main: check b is skipped: nobody knows its restriction needs-tomorrow\n/,
      /main at \S+: 2 checks \(1 of checks\.yaml, 1 of DEP-8\), run by/,
    )
  })

  it('refuses a control file of DEP-8 that is wrong, in the same words', async () => {
    await clone.commit({ 'debian/tests/control': 'Tests: a\nDepends: b c\n' })
    await refused(
      /main: debian\/tests\/control has a mistake:\n\ndebian\/tests\/control:2:10: Depends cannot hold "b c"/,
    )
  })
})
