import assert from 'node:assert/strict'
import { readTmt } from '../../../../core/formats/tmt/read-tmt.ts'

describe('keys that tmt does not know', () => {
  it('are asked about where they are nearly right, once for all tests that have them', () => {
    const files = {
      '.fmf/version': '1\n',
      'plan.fmf': 'discover: {how: fmf}\nexecute: {how: tmt}\nenviroment: {A: b}\ngadget: 1\n',
      'tests/main.fmf': 'test: ./run.sh\nrequires: [curl]\nextra-nitrate: TC#1\n/a: {}\n/b: {duraton: 5m}\n',
    }
    const entries = new Map(
      Object.entries(files).map(([path, text]) => [
        path,
        { kind: 'file' as const, size: text.length, bytes: Buffer.from(text) },
      ]),
    )
    const { checks, notes } = readTmt(entries, { repository: null })
    assert.equal(checks.length, 1)
    assert.deepEqual(notes, [
      'check tmt.plan: tmt does not know its key enviroment: is environment meant?',
      'check tmt.plan: test /tests/a and 1 more: tmt does not know its key requires: is require meant?',
      'check tmt.plan: test /tests/b: tmt does not know its key duraton: is duration meant?',
    ])
  })
})
