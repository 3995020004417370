/** A pack whose objects are each the difference to the next, in the order in which git must hold them all to know any. */
import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'

interface Chain {
  pack: Buffer
  /** The object that needs all others. */
  last: string
}

const [blob, refDelta] = [3, 7]
/** The most that one instruction copies. */
const copied = 0xff_ff_ff

/** `length` blobs of `size` bytes, the first of zeros. As gitformat-pack(5) has it. */
export function deltaChain(length: number, size: number): Chain {
  const content = Buffer.alloc(size)
  const entries = [Buffer.concat([header(blob, size), deflateSync(content)])]
  let last = nameOf(content)
  for (let number = 1; number < length; number++) {
    content.writeUInt32BE(number, size - 4)
    const delta = deltaTo(content)
    entries.push(
      Buffer.concat([header(refDelta, delta.length), Buffer.from(last, 'hex'), deflateSync(delta)]),
    )
    last = nameOf(content)
  }
  const head = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1')
  head.writeUInt32BE(entries.length, 8)
  const whole = Buffer.concat([head, ...entries.reverse()])
  return { pack: Buffer.concat([whole, createHash('sha1').update(whole).digest()]), last }
}

const nameOf = (content: Buffer): string =>
  createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')

/** Everything of the other but its last four bytes. */
function deltaTo(content: Buffer): Buffer {
  const parts = [varint(content.length), varint(content.length)]
  for (let at = 0; at < content.length - 4; at += copied) {
    const size = Math.min(copied, content.length - 4 - at)
    const words = Buffer.alloc(8)
    words.writeUInt8(0xff)
    words.writeUInt32LE(at, 1)
    words.writeUIntLE(size, 5, 3)
    parts.push(words)
  }
  return Buffer.concat([...parts, Buffer.from([4]), content.subarray(-4)])
}

function header(type: number, size: number): Buffer {
  const rest = Math.floor(size / 16)
  const first = (type << 4) | (size % 16)
  return rest === 0 ? Buffer.from([first]) : Buffer.concat([Buffer.from([first | 0x80]), varint(rest)])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) | 0x80)
  }
}
