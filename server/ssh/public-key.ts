/** Public keys of ssh as people paste them: one line, of a kind that is still trusted. Pure. */
import { createHash } from 'node:crypto'
import { AppError } from '../../core/errors.ts'

export interface PublicKey {
  type: string
  /** The key itself, base64. */
  blob: string
  /** As `ssh-keygen -l` and sshd say it: SHA256:… */
  fingerprint: string
  /** What stands behind the key: usually user@host. */
  label: string
}

interface Kind {
  /** How many strings the key consists of, its type included. */
  parts: number
  /** Length in bytes of the part that is the key proper, least and most; the part is counted from 0. */
  proper: { at: number; least: number; most: number }
}

const fixed = (parts: number, at: number, bytes: number): Kind => ({
  parts,
  proper: { at, least: bytes, most: bytes },
})

/** DSA, certificates and what else OpenSSH knows is not here. An RSA modulus has 2048 to 16384 bits and a sign byte. */
const kinds: Readonly<Record<string, Kind>> = {
  'ssh-ed25519': fixed(2, 1, 32),
  'ecdsa-sha2-nistp256': fixed(3, 2, 65),
  'ecdsa-sha2-nistp384': fixed(3, 2, 97),
  'ecdsa-sha2-nistp521': fixed(3, 2, 133),
  'ssh-rsa': { parts: 3, proper: { at: 2, least: 257, most: 2049 } },
  'sk-ssh-ed25519@openssh.com': fixed(3, 1, 32),
  'sk-ecdsa-sha2-nistp256@openssh.com': fixed(4, 2, 65),
}

const longest = { line: 8_192, label: 200 }

/** Reads a line such as `ssh-ed25519 AAAA… ann@laptop`; throws BAD_KEY with what is wrong. */
export function parsePublicKey(text: string): PublicKey {
  const line = text.trim()
  if (line.includes('PRIVATE KEY'))
    throw badKey('this is a private key, which nobody else should ever see: send the file that ends in .pub')
  if (line.length > longest.line || /[\r\n\0]/.test(line)) throw badKey('it is not one line of a .pub file')
  const [type = '', blob = '', ...label] = line.split(/[ \t]+/)
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (!kind)
    throw badKey(`it begins with none of ${Object.keys(kinds).join(', ')}, without options before it`)
  const bytes = Buffer.from(blob, 'base64')
  if (bytes.toString('base64') !== blob) throw badKey('its second word is not base64: it may have been cut')
  if (!isWhole(bytes, type, kind))
    throw badKey(`it is no whole ${type} key${type === 'ssh-rsa' ? ' of at least 2048 bits' : ''}`)
  return {
    type,
    blob,
    fingerprint: `SHA256:${createHash('sha256')
      .update(bytes)
      .digest('base64')
      .replace(/={1,2}$/, '')}`,
    label: label
      .join(' ')
      .replaceAll(/\p{C}+/gu, ' ')
      .slice(0, longest.label),
  }
}

/** Whether `bytes` are the strings that a key of this kind consists of, and nothing behind them. */
function isWhole(bytes: Buffer, type: string, { parts, proper }: Kind): boolean {
  const strings = readStrings(bytes)
  const length = strings?.[proper.at]?.length ?? 0
  return (
    strings?.length === parts &&
    strings[0]?.toString('latin1') === type &&
    length >= proper.least &&
    length <= proper.most
  )
}

/** Each string has its length in four bytes before it; null: the lengths do not add up. */
function readStrings(bytes: Buffer): Buffer[] | null {
  const strings: Buffer[] = []
  let at = 0
  while (at < bytes.length) {
    if (at + 4 > bytes.length) return null
    const end = at + 4 + bytes.readUInt32BE(at)
    if (end > bytes.length) return null
    strings.push(bytes.subarray(at + 4, end))
    at = end
  }
  return strings
}

const badKey = (why: string): AppError =>
  new AppError('BAD_KEY', 400, `This public key cannot be taken: ${why}.`)
