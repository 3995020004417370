/** What a hostile machine says, on its console and its ports: bounded whatever comes. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { consoleTail } from '../../../runner/machine/console.ts'
import { lineReader } from '../../../runner/machine/lines.ts'

describe('lines from a machine', () => {
  it('are put together from pieces, and dropped and counted when they are too long', () => {
    const reader = lineReader(10)
    deepEqual(reader.push(Buffer.from('one\ntw')), ['one'])
    deepEqual(reader.push(Buffer.from('o\n' + 'x'.repeat(11) + '\nthree\n')), ['two', 'three'])
    equal(reader.dropped(), 1)
    deepEqual(reader.push(Buffer.from('y'.repeat(15))), [])
    deepEqual(reader.push(Buffer.from('y\nfour\n')), ['four'])
    equal(reader.dropped(), 2)
    for (let count = 0; count < 20; count++) deepEqual(reader.push(Buffer.from('z'.repeat(5))), [])
    equal(reader.dropped(), 12, 'one that never ends is counted again and again')
  })
})

describe('the console of a machine', () => {
  it('keeps the last lines as plain text', () => {
    const console = consoleTail()
    console.push(Buffer.from('\x1b[31mred\x1b[0m \x07bell\r\n\xff'))
    equal(console.text(), 'red bell\n')
    console.push(Buffer.alloc(1 << 20, 'z'))
    equal(console.text().length, 16_384)
  })

  it('knows the words of a dying kernel, even in pieces', () => {
    const console = consoleTail()
    console.push(Buffer.from('[ 1.0] Kernel panic - no'))
    ok(!console.panicked())
    console.push(Buffer.from('t syncing: Attempted to kill init'))
    ok(console.panicked())
    equal(console.panicWords(), null, 'its words are not complete')
    console.push(Buffer.from('!\n'))
    equal(console.panicWords(), 'Attempted to kill init!')
  })

  it('says in words for people what a kernel survived', () => {
    const console = consoleTail()
    console.push(Buffer.from('[1.0] Out of memory: Killed process 12 (perl) total-vm:1kB\n'))
    console.push(Buffer.from('[2.0] BUG: kernel NULL pointer dereference, address: 0\n[2.0] nothing\n'))
    deepEqual(console.facts(), [
      'Memory ran out, and the kernel killed perl.',
      'The kernel oopsed: kernel NULL pointer dereference, address: 0.',
    ])
    console.push(Buffer.from(Array.from({ length: 100 }, (_, n) => `BUG: number ${n}\n`).join('')))
    equal(console.facts().length, 10)
  })

  it('tells once why there is no agent', () => {
    const console = consoleTail()
    console.push(Buffer.from('assay: no device called assay-in\n'))
    equal(console.takeAgentTrouble(), 'assay: no device called assay-in')
    equal(console.takeAgentTrouble(), null)
  })
})
