import assert from 'node:assert/strict'
import { whyWaiting } from '../../core/waiting.ts'

const now = '2026-01-01T00:00:00.000Z'
const waits = { arch: 'x86_64', failures: 0, definition: { memoryMiB: 4096 } }
const runner = (memoryMiB?: number, architectures = ['x86_64']) => ({ architectures, memoryMiB, seenAt: now })
const why = (...runners: ReturnType<typeof runner>[]) => whyWaiting(waits, { runners, waiting: 1, now })

describe('why an execution waits', () => {
  it('is that no host has memory for its machine, where that is so', () => {
    const small = 'None of the runners that are there has a host with memory for a machine of 4G.'
    assert.equal(why(runner(4095)), small)
    assert.equal(why(runner(4095), runner(8192, ['aarch64'])), small)
    assert.equal(why(runner(4095), runner(4096)), 'It is next for a free runner.')
  })

  it('is not the memory of a host that nothing is known of', () => {
    assert.equal(why(runner()), 'It is next for a free runner.')
  })
})
