import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { logSender } from '../../runner/log-sender.ts'

describe('sending a log on', () => {
  it('sends what is written soon, in order, each piece at its offset, one at a time', async () => {
    const received: string[] = []
    let busy = 0
    const sender = logSender(async (offset, bytes) => {
      assert.equal((busy += 1), 1, 'two at a time')
      assert.equal(offset, received.join('').length)
      await sleep(5)
      received.push(bytes.toString())
      busy -= 1
    })
    for (let at = 0; at < 200; at++) {
      sender.write(Buffer.from(`line ${at}\n`.repeat(100)))
      if (at % 20 === 0) await sleep(1)
    }
    await sender.flush()
    const expected = Array.from({ length: 200 }, (_, at) => `line ${at}\n`.repeat(100)).join('')
    assert.equal(received.join(''), expected)
    assert.ok(received.length < 50, `${received.length} pieces`)
    sender.write(Buffer.from('later'))
    await sleep(400)
    assert.equal(received.join(''), `${expected}later`)
  })

  it('sends no piece larger than the server takes', async () => {
    const sizes: number[] = []
    const sender = logSender((_, bytes) => {
      sizes.push(bytes.length)
      return Promise.resolve()
    })
    sender.write(Buffer.alloc(2.5 * 1024 ** 2))
    await sender.flush()
    assert.deepEqual(sizes, [1024 ** 2, 1024 ** 2, 512 * 1024])
  })

  it('drops the rest once it failed, and says why when it is flushed', async () => {
    let tries = 0
    const sender = logSender(() => {
      tries += 1
      return Promise.reject(new Error('gone'))
    })
    sender.write(Buffer.alloc(100_000))
    await sleep(10)
    sender.write(Buffer.alloc(100_000))
    await assert.rejects(sender.flush(), /gone/)
    assert.equal(tries, 1)
  })

  it('is not stuck when a batch took along what the next one was to send', async () => {
    const received: string[] = []
    const sender = logSender(async (_, bytes) => {
      await sleep(50)
      received.push(bytes.toString())
    })
    sender.write(Buffer.alloc(64 * 1024, 'a'))
    await sleep(10)
    // Sent by the loop that is under way, before the timer that this sets is due; then the timer finds nothing.
    sender.write(Buffer.from('b'))
    await sleep(500)
    sender.write(Buffer.from('c'))
    await sender.flush()
    assert.equal(received.join('').slice(-2), 'bc')
  })

  it('ends with the failure of a send that fails at once', async () => {
    const sender = logSender(() => {
      throw new Error('gone')
    })
    sender.write(Buffer.from('a'))
    await assert.rejects(sender.flush(), /gone/)
  })
})
