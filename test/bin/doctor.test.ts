/** `assay doctor`, on this host and on one where something is missing. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { assay } from '../support/assay.ts'
import { temporaryFolder } from '../support/folder.ts'

interface Answer {
  able: boolean
  findings: { name: string; state: string; found: string; mend?: string }[]
}

describe('assay doctor', () => {
  it('finds that a host on which the tests run can run checks', async () => {
    await using folder = await temporaryFolder()
    const { code, out } = await assay({ ASSAY_DATA: folder.path }, 'doctor', '--json')
    const { able, findings } = JSON.parse(out) as Answer
    deepEqual([code, able], [0, true])
    deepEqual(
      findings.map(({ name }) => name),
      [
        'Node',
        'git',
        'qemu',
        'tools',
        'accelerator',
        'user',
        'network',
        'Redis',
        'images',
        'templates',
        'mirror',
        'disk',
        'memory',
      ],
    )
    const images = findings.find(({ name }) => name === 'images')
    deepEqual([images?.state, images?.mend], ['poor', 'assay image build debian-12'])
  })

  it('names what is missing and how to mend it', async () => {
    await using folder = await temporaryFolder()
    const address = 'redis://127.0.0.1:1'
    const env = { ASSAY_DATA: '/dev/null/data', REDIS_URL: address, TMPDIR: folder.path }
    const { code, out, err } = await assay(env, 'doctor')
    equal(code, 1)
    match(out, /✗ disk +/)
    ok(/✓ Redis +REDIS_URL names one/.test(out))
    match(err, /cannot run checks yet/)
  })
})
