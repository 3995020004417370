/** The first words of a TLS client (RFC 8446, 4.1.2; RFC 6066, 3): which name it asks for. Pure. */

/** `more`: it has not come whole yet. `name` is null where none is asked for. */
export type ClientHello = { is: 'more' } | { is: 'other' } | { is: 'hello'; name: string | null }

/** A hello is a few hundred bytes; keys of the future make it a few thousand. */
export const longestHello = 16_384

const handshake = 22
const clientHello = 1
const serverName = 0
/** It hides another name than the one that is to be seen. */
const encryptedHello = 0xfe0d

/** Reads what a client said first, at most `longestHello` bytes of it. */
export function readClientHello(bytes: Buffer): ClientHello {
  if (bytes.length > 0 && bytes[0] !== handshake) return { is: 'other' }
  if (bytes.length < 5) return { is: 'more' }
  const length = bytes.readUInt16BE(3)
  if (length > longestHello) return { is: 'other' }
  if (bytes.length < 5 + length) return { is: 'more' }
  try {
    return helloIn(bytes.subarray(5, 5 + length))
  } catch (error) {
    if (error instanceof RangeError) return { is: 'other' }
    throw error
  }
}

/** Throws RangeError where it ends too soon. A hello in several records is nobody's that wants a package. */
function helloIn(record: Buffer): ClientHello {
  if (record.readUInt8(0) !== clientHello || record.readUIntBE(1, 3) + 4 !== record.length)
    return { is: 'other' }
  // Past its kind and length, its version and its random bytes.
  let at = 4 + 2 + 32
  at += 1 + record.readUInt8(at)
  at += 2 + record.readUInt16BE(at)
  at += 1 + record.readUInt8(at)
  if (at === record.length) return { is: 'hello', name: null }
  const end = at + 2 + record.readUInt16BE(at)
  if (end !== record.length) return { is: 'other' }
  at += 2
  let name: string | null = null
  while (at < end) {
    const kind = record.readUInt16BE(at)
    const length = record.readUInt16BE(at + 2)
    if (at + 4 + length > end || kind === encryptedHello) return { is: 'other' }
    if (kind === serverName) {
      // A list of one: nobody ever defined another kind of name than that of a host.
      if (name !== null || record.readUInt8(at + 6) !== 0 || record.readUInt16BE(at + 7) !== length - 5)
        return { is: 'other' }
      name = record.toString('latin1', at + 9, at + 4 + length)
    }
    at += 4 + length
  }
  return { is: 'hello', name }
}
