/** Threads that read what strangers wrote. */
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { openThreads, type Threads } from '../../ground/in-thread.ts'
import type * as Samples from '../support/thread-samples.ts'

const samples = new URL('../support/thread-samples.js', import.meta.url)
const bounds = { threads: 1, waiting: 2, seconds: 60, memoryMiB: 64 }

describe('reading in a thread', () => {
  let threads: Threads<typeof Samples>
  const open = (changes: Partial<typeof bounds> = {}): Threads<typeof Samples> =>
    (threads = openThreads<typeof Samples>(samples, { ...bounds, ...changes }))
  afterEach(() => threads.close())

  it('gives what the function gives, maps and bytes too, and throws what it throws', async () => {
    const { call } = open()
    deepEqual(await call.lengths(new Map([['a', Buffer.from('four')]])), new Map([['a', 4]]))
    await rejects(call.refuse('not this'), /not this/)
    deepEqual(await call.lengths(new Map()), new Map())
  })

  it('leaves the process free: what comes later is done before it ends', async () => {
    const { call } = open()
    const order: string[] = []
    // It spins until the word is there, which a timer of this thread writes.
    const word = new Int32Array(new SharedArrayBuffer(4))
    const spinning = call.spinUntil(word).then(() => order.push('read'))
    await new Promise((resolve) => setTimeout(resolve, 10))
    order.push('timer')
    Atomics.store(word, 0, 1)
    await spinning
    deepEqual(order, ['timer', 'read'])
  })

  it('ends what takes too long, and reads on in another thread', async () => {
    const { call } = open({ seconds: 0.5 })
    const endless = call.spinUntil(new Int32Array(new SharedArrayBuffer(4)))
    await rejects(endless, { code: 'READ_TOO_SLOW' })
    await rejects(call.spinUntil(new Int32Array(new SharedArrayBuffer(4))), { code: 'READ_TOO_SLOW' })
  })

  it('ends what takes too much memory, and reads on in another thread', async () => {
    const { call } = open()
    const hoarding = call.hoard()
    const waiting = call.one()
    await rejects(hoarding, { code: 'READ_TOO_LARGE' })
    equal(await waiting, 1)
  })

  it('lets as many wait as it may, in their order, and refuses others at once', async () => {
    const { call } = open()
    const word = new Int32Array(new SharedArrayBuffer(4))
    const order: number[] = []
    const reading = [
      call.spinUntil(word).then(() => order.push(0)),
      call.one().then(() => order.push(1)),
      call.one().then(() => order.push(2)),
    ]
    await rejects(call.one(), { code: 'READERS_BUSY', status: 503 })
    Atomics.store(word, 0, 1)
    await Promise.all(reading)
    deepEqual(order, [0, 1, 2])
  })

  it('ends at once when it is closed, whatever it does', async () => {
    const { call, close } = open()
    const spinning = rejects(call.spinUntil(new Int32Array(new SharedArrayBuffer(4))), /ended/)
    await close()
    await spinning
  })
})
