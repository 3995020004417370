import assert from 'node:assert/strict'
import { AppError } from '../../core/errors.ts'
import { userRate } from '../../server/user-rate.ts'

describe('the rate of a user', () => {
  let time = 0
  const rate = userRate({
    perMinute: () => 3,
    now: () => time,
    refuse: (user, seconds) => new AppError('TOO_MANY', 429, `${user}: ${seconds} seconds`),
  })
  beforeEach(() => {
    time += 3_600_000
  })

  it('says when there is room again', () => {
    for (let at = 0; at < 3; at++, time += 10_000) rate.count('ann')
    assert.throws(() => rate.count('ann'), /ann: 30 seconds/)
    assert.throws(() => rate.count('ann', 2), /ann: 40 seconds/)
    time += 30_000
    rate.count('ann')
  })

  it('counts each user by themselves', () => {
    for (let at = 0; at < 3; at++) rate.count('ann')
    assert.throws(() => rate.assertMay('ann'), AppError)
    rate.assertMay('bob')
  })

  it('lets through what belongs together, however much it is, where nothing was before', () => {
    rate.count('ann', 10)
    assert.throws(() => rate.count('ann'), AppError)
    time += 60_000
    rate.count('ann')
  })
})
