import assert from 'node:assert/strict'
import { boundsOf, excess, fitted } from '../../core/check-bounds.ts'
import { readRepository } from '../../core/formats/repository.ts'
import { parsePackage } from '../../core/names.ts'
import { sampleCheck } from '../support/checks.ts'

const repository = parsePackage('deb/hello')
const entry = (text: string) => {
  const bytes = Buffer.from(text)
  return { kind: 'file' as const, size: bytes.length, bytes }
}
const read = (files: Record<string, string>, checks = {}) =>
  readRepository(new Map(Object.entries(files).map(([path, text]) => [path, entry(text)])), {
    repository,
    bounds: boundsOf({ checks }),
  })

describe('what a check may ask for', () => {
  it('is bounded where a site says nothing', () => {
    const bounds = { memoryMiB: 16_384, cpus: 16, diskMiB: 204_800, timeoutSeconds: 21_600 }
    assert.deepEqual(boundsOf({}), bounds)
    assert.deepEqual(boundsOf({ checks: { cpus: 2, timeoutMinutes: 90 } }), {
      ...bounds,
      cpus: 2,
      timeoutSeconds: 5_400,
    })
  })

  it('is refused beyond the bounds in checks.yaml: each place, its bound and what to write', () => {
    const { faults, checks } = read({
      'checks.yaml': [
        'checks:',
        '  smoke:',
        '    run: ./smoke',
        '    memory: 64G',
        '    cpus: 64',
        '    timeout: 24h',
        '    disk: 1024G',
        '',
      ].join('\n'),
    })
    assert.deepEqual(checks, [])
    assert.deepEqual(
      faults.map(({ line, column, message, mend }) => [line, column, message, mend]),
      [
        [4, 13, 'memory cannot be 64G', 'write a size from 128M to 16G, the most that this site gives'],
        [5, 11, 'cpus cannot be 64', 'write a whole number from 1 to 16, the most that this site gives'],
        [6, 14, 'timeout cannot be 24h', 'write a time of at most 6h, the most that this site gives'],
        [7, 11, 'disk cannot be 1024G', 'write a size from 64M to 200G, the most that this site gives'],
      ],
    )
  })

  it('is refused for checks of other formats, too, where checks.yaml asks for it', () => {
    const { faults } = read({
      'checks.yaml': "others:\n  'dep8.*':\n    memory: 20G\n",
      'debian/tests/control': 'Tests: upstream\n',
    })
    assert.deepEqual(
      faults.map(({ file, line, message }) => [file, line, message]),
      [['checks.yaml', 3, 'memory cannot be 20G']],
    )
  })

  it('skips a plan of tmt whose hardware is beyond them, and says what to do', () => {
    const plan = 'execute:\n  how: tmt\ndiscover:\n  how: fmf\nprovision:\n  how: virtual\n  memory: 20 GiB\n'
    const { checks, skipped, faults } = read({
      '.fmf/version': '1\n',
      'plans.fmf': plan,
      'tests.fmf': 'test: ./t.sh\n',
    })
    assert.deepEqual([checks, faults], [[], []])
    const [{ name, reason } = { name: '', reason: '' }] = skipped
    assert.equal(
      reason,
      `it asks for 20G of memory (at most 16G of memory): ask for less (provision of its plan), or write others: {'${name}': …} in checks.yaml`,
    )
  })

  it('gives other formats, which add up times, as much time as there is', () => {
    const bounds = boundsOf({ checks: { timeoutMinutes: 60 } })
    const own = sampleCheck({ timeoutSeconds: 7_200 })
    const dep8 = { ...own, dep8: { test: 'upstream' } } as unknown as typeof own
    assert.equal(fitted(dep8, bounds).timeoutSeconds, 3_600)
    assert.equal(excess(fitted(dep8, bounds), bounds), null)
    assert.equal(excess(fitted(own, bounds), bounds), '2h of time (at most 1h of time)')
  })
})
