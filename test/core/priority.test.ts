import assert from 'node:assert/strict'
import { lineOf, placeOf, priorities, ranked, type Waiting } from '../../core/priority.ts'

const { normal, low } = priorities
const one = (id: string, packageId = 1, priority: Waiting['priority'] = normal): Waiting => ({
  id,
  packageId,
  priority,
})
const ranks = (waiting: readonly Waiting[], older = new Map<string, number>()) =>
  ranked(waiting, older).map(({ id, rank }) => `${id}${rank}`)

describe('the order of what waits', () => {
  it('counts in each package by itself, the oldest first', () => {
    assert.deepEqual(ranks([one('b'), one('a'), one('c', 2), one('d')]), ['a1', 'b2', 'c1', 'd3'])
  })

  it('counts in each priority by itself', () => {
    assert.deepEqual(ranks([one('a'), one('b', 1, low), one('c', 1, low)]), ['a1', 'b1', 'c2'])
  })

  it('goes on behind those of the package that wait already', () => {
    const older = new Map([[lineOf(one('')), 7]])
    assert.deepEqual(ranks([one('a'), one('b'), one('c', 2)], older), ['a8', 'b9', 'c1'])
  })

  it('puts whatever gives way behind all that does not, however many wait', () => {
    const places = [
      placeOf({ priority: normal, rank: 1 }),
      placeOf({ priority: normal, rank: 2 }),
      placeOf({ priority: normal, rank: 10_000_000 }),
      placeOf({ priority: low, rank: 1 }),
      placeOf({ priority: low, rank: 10_000_000 }),
    ]
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    )
    assert.equal(new Set(places).size, places.length)
    assert.ok(places.every((place) => place >= 1 && place < 2 ** 21))
  })
})
