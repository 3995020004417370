/** The lifecycle, cell by cell. */
import assert from 'node:assert/strict'
import { next, states, transitions, type State, type Step } from '../../core/execution.ts'

const steps: Step[] = ['claim', 'handBack', 'retry', 'finish', 'skip', 'cancel']
const legal: Record<string, State> = {
  'scheduled claim': 'running',
  'scheduled skip': 'finished',
  'scheduled cancel': 'finished',
  'running handBack': 'scheduled',
  'running retry': 'scheduled',
  'running finish': 'finished',
  'running cancel': 'finished',
}

describe('the lifecycle of an execution', () => {
  for (const state of states)
    for (const step of steps) {
      const to = legal[`${state} ${step}`]
      if (to)
        it(`lets what is ${state} ${step}, which makes it ${to}`, () => assert.equal(next(state, step), to))
      else
        it(`refuses to ${step} what is ${state}`, () =>
          assert.throws(() => next(state, step), { code: 'ILLEGAL_TRANSITION', status: 409 }))
    }

  it('has no way out of finished', () => assert.deepEqual(transitions.finished, {}))
})
