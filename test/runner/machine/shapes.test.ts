/** However many shapes of machines checks ask for, a host holds few. */
import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { mostHeld, roundedUp, whichGives } from '../../../runner/machine/shapes.ts'

describe('shapes of machines', () => {
  it('are rounded up to few, and what is usual is left as it is', () => {
    deepEqual([1, 2, 3, 4, 5, 7, 13, 49, 64].map(roundedUp), [1, 2, 3, 4, 6, 8, 16, 64, 64])
    for (const usual of [256, 512, 1024, 1536, 2048, 4096, 8192, 65_536]) equal(roundedUp(usual), usual)
    const asked = Array.from({ length: 65_536 - 63 }, (_, at) => at + 64)
    ok(asked.every((memory) => roundedUp(memory) >= memory && roundedUp(memory) < 1.5 * memory))
    equal(new Set(asked.map(roundedUp)).size, 21)
  })

  it('give way to others where nobody asked for them for a while, the one that rested longest first', () => {
    const minute = 60_000
    const held = new Map(Array.from({ length: mostHeld }, (_, at) => [`t${at}`, at * minute]))
    equal(whichGives(new Map([...held].slice(1)), 60 * minute), null)
    equal(whichGives(held, 60 * minute), 't0')
    throws(() => whichGives(held, 5 * minute), /all are in use/)
  })
})
