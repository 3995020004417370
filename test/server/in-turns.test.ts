import assert from 'node:assert/strict'
import { inTurns } from '../../server/in-turns.ts'

describe('work in turns', () => {
  it('is never more than so much at a time, in the order in which it came, whatever fails', async () => {
    const turns = inTurns(2)
    const begun: number[] = []
    let [busy, most] = [0, 0]
    const work = (number: number) => async (): Promise<number> => {
      begun.push(number)
      most = Math.max(most, (busy += 1))
      await new Promise(setImmediate)
      busy -= 1
      if (number % 3 === 0) throw new Error(`no ${number}`)
      return number
    }
    const ended = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7].map((number) => turns(work(number))))
    assert.deepEqual(
      ended.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).message)),
      [1, 2, 'no 3', 4, 5, 'no 6', 7],
    )
    assert.deepEqual([begun, most], [[1, 2, 3, 4, 5, 6, 7], 2])
    assert.equal(await turns(work(8)), 8)
  })
})
