import assert from 'node:assert/strict'
import type { Request } from 'express'
import { streamPlaces } from '../../server/stream-places.ts'

describe('answers that last', () => {
  const from = (ip: string): Request =>
    ({ ip, headers: { 'x-forwarded-for': ip }, socket: {} }) as unknown as Request

  it('are so many at a time, and so many of one address', () => {
    const places = streamPlaces({ all: 3, ofOne: 2 })
    const leave = places.take(from('203.0.113.7'))
    places.take(from('203.0.113.7'))
    const refused = { code: 'TOO_MANY_STREAMS', status: 503 }
    assert.throws(() => places.take(from('203.0.113.7')), refused)
    places.take(from('203.0.113.8'))
    assert.throws(() => places.take(from('203.0.113.9')), refused)
    leave()
    places.take(from('203.0.113.9'))
  })
})
