import assert from 'node:assert/strict'
import { contradiction } from '../../core/flaky.ts'
import type { BuildSeen, ExecutionSeen } from '../../core/standing.ts'

const build = (id: string, version: string): BuildSeen => ({
  ...{ id, version, release: 'sid', architectures: ['x86_64'], createdAt: '2026-11-24T12:00:00.000Z' },
})
const builds = [build('b3', '2'), build('b2', '1'), build('b1', '1')]

const ran = (
  id: string,
  buildId: string,
  outcome: ExecutionSeen['outcome'],
  commit = 'a',
): ExecutionSeen => ({
  ...{ id, buildId, outcome, commit, repository: 'deb/hello', check: 'smoke', arch: 'x86_64' },
  ...{ state: 'finished', reason: null, concerns: null, note: null, failures: 0 },
  ...{ createdAt: '', startedAt: null, finishedAt: null },
})

/** Ids of what held and what broke. */
const found = (...executions: ExecutionSeen[]): string[] | null => {
  const said = contradiction(executions, builds)
  return said && [said.held.id, said.broke.id]
}

describe('a check is called flaky', () => {
  it('when a rerun for the same build says the opposite', () => {
    assert.deepEqual(found(ran('1', 'b1', 'failed'), ran('2', 'b1', 'passed')), ['2', '1'])
  })

  it('when another build of the same version, at the same commit, says the opposite', () => {
    assert.deepEqual(found(ran('1', 'b1', 'passed'), ran('2', 'b2', 'needs_inspection')), ['1', '2'])
  })

  it('not when the package or the check changed in between', () => {
    assert.equal(found(ran('1', 'b2', 'passed'), ran('2', 'b3', 'failed')), null)
    assert.equal(found(ran('1', 'b1', 'passed', 'a'), ran('2', 'b1', 'failed', 'b')), null)
  })

  it('not by what is no verdict on the package', () => {
    assert.equal(
      found(ran('1', 'b1', 'errored'), ran('2', 'b1', 'passed'), ran('3', 'b1', 'cancelled')),
      null,
    )
  })

  it('with how often it did so, the newest first', () => {
    const said = contradiction(
      [
        ran('1', 'b1', 'failed'),
        ran('2', 'b1', 'passed'),
        ran('3', 'b3', 'failed'),
        ran('4', 'b3', 'passed'),
      ],
      builds,
    )
    assert.deepEqual([said?.version, said?.times], ['2', 2])
  })
})
