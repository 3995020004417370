/** What a program says, taken line by line or byte by byte, whatever pieces it comes in. */
import type { Readable } from 'node:stream'

export function chunkReader(stream: Readable) {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>
  let rest: Buffer = Buffer.alloc(0)
  const next = async (): Promise<Buffer> => {
    if (rest.length > 0) {
      const chunk = rest
      rest = Buffer.alloc(0)
      return chunk
    }
    const { value } = await chunks.next()
    if (!value) throw new Error('a program ended before it said everything')
    return value
  }
  /** Hands `length` bytes to `use`, in pieces. */
  const each = async (length: number, use: (piece: Buffer) => void): Promise<void> => {
    for (let left = length; left > 0;) {
      const chunk = await next()
      const piece = chunk.subarray(0, left)
      rest = chunk.subarray(piece.length)
      left -= piece.length
      use(piece)
    }
  }
  return {
    /** Without its end. Throws where it has more than `longest` bytes. */
    async line(longest: number): Promise<string> {
      const pieces: Buffer[] = []
      for (let length = 0; length <= longest;) {
        const chunk = await next()
        const end = chunk.indexOf(10)
        const piece = end === -1 ? chunk : chunk.subarray(0, end)
        pieces.push(piece)
        length += piece.length
        if (end === -1) continue
        rest = chunk.subarray(end + 1)
        return Buffer.concat(pieces).toString()
      }
      throw new Error(`a line of more than ${longest} bytes`)
    },
    async take(length: number): Promise<Buffer> {
      const bytes = Buffer.allocUnsafe(length)
      let at = 0
      await each(length, (piece) => (at += piece.copy(bytes, at)))
      return bytes
    },
    async skip(length: number): Promise<null> {
      await each(length, () => undefined)
      return null
    },
  }
}
