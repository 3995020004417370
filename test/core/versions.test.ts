/** Which of two versions is newer: the pairs are those that dpkg and rpm document or test themselves with. */
import assert from 'node:assert/strict'
import { compareVersions } from '../../core/versions.ts'

type Pair = [older: string, newer: string]

const debian: Pair[] = [
  ['1.0-1', '1.0-2'],
  ['1.0-9', '1.0-10'],
  ['1.0~rc1-1', '1.0-1'],
  ['1.0-1~bpo12+1', '1.0-1'],
  ['1.0-1', '1.0-1+deb12u1'],
  ['2.0', '1:0.1'],
  ['1.0', '1.0-1'],
  ['1.0a', '1.0+'],
  ['1.0', '1.0a'],
  ['1.2.3', '1.2.3.1'],
  ['0~', '0'],
  ['22.01+dfsg-8', '22.01+really26.02+dfsg-0+deb12u1'],
]
const rpm: Pair[] = [
  ['1.0-1.fc40', '1.0-1.fc41'],
  ['1.0-9.fc40', '1.0-10.fc40'],
  ['1.0~rc1-1', '1.0-1'],
  ['1.0-1', '1.0^git1-1'],
  ['1.0^git1-1', '1.0.1-1'],
  ['1.0a-1', '1.0.1-1'],
  ['9-1', '1:1-1'],
  ['1.0', '1.0.0'],
]

describe('comparing versions', () => {
  for (const [rules, pairs] of Object.entries({ deb: debian, rpm }) as ['deb' | 'rpm', Pair[]][])
    for (const [older, newer] of pairs)
      it(`knows ${older} of ${rules} to be older than ${newer}`, () => {
        assert.ok(compareVersions(older, newer, rules) < 0)
        assert.ok(compareVersions(newer, older, rules) > 0)
        assert.equal(compareVersions(newer, newer, rules), 0)
      })

  it('takes leading zeros for nothing, however long the number', () => {
    assert.equal(compareVersions('1.007', '1.7', 'deb'), 0)
    assert.equal(compareVersions('1.007', '1.7', 'rpm'), 0)
    assert.ok(compareVersions('20261125000000000000001', '20261125000000000000002', 'deb') < 0)
  })
})
