import assert from 'node:assert/strict'
import { readTmt } from '../../../../core/formats/tmt/read-tmt.ts'
import { tmtEntries } from '../../../support/entries.ts'

describe('a tree of tmt', () => {
  it('that declares nothing is said to', () => {
    const { checks, skipped } = readTmt(tmtEntries({ 'main.fmf': 'contact: ann\n' }), { repository: null })
    assert.deepEqual(checks, [])
    assert.match(skipped.map(({ reason }) => reason).join(), /neither plans nor tests/)
  })

  it('says why a plan is off in one line, and what its discovery would change', () => {
    const { skipped } = readTmt(
      tmtEntries({
        'off.fmf':
          'execute: {how: tmt}\ndiscover: {how: fmf}\nadjust: [{when: trigger == build, enabled: false, because: "not\n\n  now"}]\n',
        'on.fmf': 'execute: {how: tmt}\ndiscover: {how: fmf, adjust-tests: [{duration: 1h}]}\n',
      }),
      { repository: null },
    )
    assert.deepEqual(
      skipped.map(({ reason }) => reason),
      ['it is disabled: not now', 'it changes its tests on the way (adjust-tests)'],
    )
  })
})

describe('keys that tmt does not know', () => {
  it('are asked about in phases, too, as are those that nobody heeds here told', () => {
    const files = {
      'plan.fmf': `
discover: {how: fmf, filters: 'tag:a', gadget: 1}
prepare: [{how: install, packages: [bc]}, {script: 'true'}]
execute: {how: tmt, ignore-duration: true, restraint-compatible: false}
`,
      'tests.fmf': 'test: ./run.sh\n',
    }
    const { notes } = readTmt(tmtEntries(files), { repository: null })
    assert.deepEqual(notes, [
      'check tmt.plan: discover: tmt does not know its key filters: is filter meant?',
      'check tmt.plan: prepare: tmt does not know its key packages: is package meant?',
      'check tmt.plan: execute: its key ignore-duration is passed over here',
    ])
  })

  it('are asked about where they are nearly right, once for all tests that have them', () => {
    const files = {
      'plan.fmf': 'discover: {how: fmf}\nexecute: {how: tmt}\nenviroment: {A: b}\ngadget: 1\n',
      'tests/main.fmf': 'test: ./run.sh\nrequires: [curl]\nextra-nitrate: TC#1\n/a: {}\n/b: {duraton: 5m}\n',
    }
    const { checks, notes } = readTmt(tmtEntries(files), { repository: null })
    assert.equal(checks.length, 1)
    assert.deepEqual(notes, [
      'check tmt.plan: tmt does not know its key enviroment: is environment meant?',
      'check tmt.plan: test /tests/a and 1 more: tmt does not know its key requires: is require meant?',
      'check tmt.plan: test /tests/b: tmt does not know its key duraton: is duration meant?',
    ])
  })
})
