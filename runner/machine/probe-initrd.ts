/** The smallest guest there is: an initial RAM disk whose one program says a word on the console. Pure. */

/** What a guest that lives says. */
export const marker = 'assay: a guest lives'

/** An archive (cpio, newc) for a Linux kernel of x86_64 to start from. */
export function probeInitrd(): Buffer {
  const device = { mode: 0o020600, major: 5, minor: 1 }
  return Buffer.concat([
    entry('dev', { mode: 0o040755 }),
    entry('dev/console', device),
    entry('init', { mode: 0o100755, data: program(`${marker}\n`) }),
    entry('TRAILER!!!', { mode: 0 }),
  ])
}

interface Entry {
  mode: number
  major?: number
  minor?: number
  data?: Buffer
}

function entry(name: string, { mode, major = 0, minor = 0, data = Buffer.alloc(0) }: Entry): Buffer {
  const fields = [0, mode, 0, 0, 1, 0, data.length, 0, 0, major, minor, name.length + 1, 0]
  const head = '070701' + fields.map((field) => field.toString(16).padStart(8, '0')).join('')
  return Buffer.concat([padded(Buffer.from(`${head}${name}\0`)), padded(data)])
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])

/** A static executable that writes `text` to its standard output, and then spins: a first process must not end. */
function program(text: string): Buffer {
  const base = 0x400000n
  const headers = 64 + 56
  const code = Buffer.from([
    ...[0xbf, 1, 0, 0, 0], //                    mov edi, 1
    ...[0xb8, 1, 0, 0, 0], //                    mov eax, 1 (write)
    ...[0x48, 0x8d, 0x35, 9, 0, 0, 0], //        lea rsi, [rip + 9]: behind the code
    ...[0xba, text.length, 0, 0, 0], //          mov edx, length
    ...[0x0f, 0x05, 0xeb, 0xfe], //              syscall; jmp to itself
  ])
  const file = Buffer.alloc(headers)
  file.write('\x7fELF\x02\x01\x01', 'latin1')
  file.writeUInt16LE(2, 16) // executable
  file.writeUInt16LE(62, 18) // x86_64
  file.writeUInt32LE(1, 20)
  file.writeBigUInt64LE(base + BigInt(headers), 24) // entry point
  file.writeBigUInt64LE(64n, 32) // program headers
  file.writeUInt16LE(64, 52)
  file.writeUInt16LE(56, 54)
  file.writeUInt16LE(1, 56)
  const size = BigInt(headers + code.length + text.length)
  file.writeUInt32LE(1, 64) // load
  file.writeUInt32LE(5, 68) // readable, executable
  file.writeBigUInt64LE(base, 80)
  file.writeBigUInt64LE(base, 88)
  file.writeBigUInt64LE(size, 96)
  file.writeBigUInt64LE(size, 104)
  file.writeBigUInt64LE(0x1000n, 112)
  return Buffer.concat([file, code, Buffer.from(text)])
}
