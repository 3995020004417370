import assert from 'node:assert/strict'
import { distroOf } from '../../../../core/formats/tmt/context.ts'
import { durationOf } from '../../../../core/formats/tmt/duration.ts'
import { readEnvironmentFile } from '../../../../core/formats/tmt/environment-file.ts'

describe('what tmt says', () => {
  it('of times', () => {
    const table: [string, number | null][] = [
      ['5m', 300],
      ['1h 3h 2m 3', 14_523],
      ['*3 2s *4', 24],
      ['5m*2', 600],
      ['5m *1.5', 450],
      ['1.2s', 2],
      ['5m15m', 1200],
      ['1d', 86_400],
      ['', null],
      ['*2', null],
      ['5x', null],
      ['m', null],
    ]
    for (const [text, seconds] of table) assert.equal(durationOf(text), seconds, text)
  })

  it('of distributions', () => {
    for (const [release, distro] of [
      ['f44', 'fedora-44'],
      ['rawhide', 'fedora-rawhide'],
      ['c9s', 'centos-stream-9'],
      ['epel8', 'rhel-8'],
      ['bookworm', 'debian-12'],
      ['bookworm-backports', 'debian-12'],
      ['noble', 'ubuntu-24.04'],
      ['debian-13', 'debian-13'],
      ['main', null],
    ])
      assert.equal(distroOf(release ?? ''), distro)
  })

  it('of variables in files', () => {
    assert.deepEqual(readEnvironmentFile('env', '# x\nA=1\nexport B="two words"\n\nC=\'x\'\n'), {
      A: '1',
      B: 'two words',
      C: 'x',
    })
    assert.deepEqual(readEnvironmentFile('env.yaml', 'A: 1\nB: two\n'), { A: '1', B: 'two' })
    for (const [path, text] of [
      ['env', 'nonsense'],
      ['env', 'A-B=1'],
      ['env.yml', '[a]'],
      ['env.yml', 'A: ['],
    ])
      assert.equal(readEnvironmentFile(path ?? '', text ?? ''), null)
  })
})
