/**
 * Reads the archive that a machine wrote on its output disk. The machine is hostile, so this knows one thing only:
 * regular files in plain ustar. Whatever else it meets ends the reading or is left out, and is said in a note.
 */
import { constants } from 'node:fs'
import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Collected, CollectLimits } from './machine.ts'

const block = 512
const resultsLimit = 4 << 20
const packagesLimit = 1 << 20
/** Of all reports together, which the agent keeps to. */
const reportsLimit = { bytes: 8 << 20, count: 100 }

interface Entry {
  path: string
  size: number
  offset: number
}

/**
 * Unpacks the archive at the start of `disk` into `target`. Paths start with `artifacts/` or `reports/`, or are
 * `results.jsonl` or `packages`.
 */
export async function readOutput(disk: string, target: string, limits: CollectLimits): Promise<Collected> {
  const handle = await open(disk, 'r')
  try {
    const { size } = await handle.stat()
    const collected: Collected = { files: [], results: null, packages: null, reports: [], notes: [] }
    const seen = new Set<string>()
    let total = 0
    let room = reportsLimit.bytes
    for await (const entry of entries(handle, size, collected.notes)) {
      if (entry.path === 'results.jsonl') {
        if (entry.size > resultsLimit)
          note(collected.notes, `Only the first ${resultsLimit} bytes of the results were read.`)
        collected.results = await readText(handle, entry, resultsLimit)
        continue
      }
      if (entry.path === 'packages') {
        collected.packages = await readText(handle, entry, packagesLimit)
        continue
      }
      if (entry.path.startsWith('reports/')) {
        room -= entry.size
        if (room >= 0 && collected.reports.length < reportsLimit.count)
          collected.reports.push(await readText(handle, entry, reportsLimit.bytes))
        else note(collected.notes, 'A report was left out: there are more or larger ones than are read.')
        continue
      }
      const problem = refuse(entry, limits, { seen, total, count: collected.files.length })
      if (problem) {
        note(collected.notes, `${printable(entry.path)} was left out: ${problem}`)
        continue
      }
      seen.add(entry.path)
      total += entry.size
      if (await unpack(handle, entry, join(target, entry.path)))
        collected.files.push({ path: entry.path.slice('artifacts/'.length), size: entry.size })
      else
        note(collected.notes, `${printable(entry.path)} was left out: a file and a folder have the same name`)
    }
    return collected
  } finally {
    await handle.close()
  }
}

async function* entries(handle: FileHandle, diskSize: number, notes: string[]): AsyncGenerator<Entry> {
  let offset = 0
  while (offset + block <= diskSize) {
    const header = Buffer.alloc(block)
    await handle.read(header, 0, block, offset)
    if (header.every((byte) => byte === 0)) return
    const entry = parseHeader(header, offset + block)
    if (!entry || entry.offset + entry.size > diskSize) {
      note(notes, 'The rest of what the machine left cannot be read.')
      return
    }
    yield entry
    offset = entry.offset + Math.ceil(entry.size / block) * block
  }
}

/** null for anything but a regular file with a right checksum and a decent path. */
function parseHeader(header: Buffer, offset: number): Entry | null {
  const text = (from: number, length: number): string => {
    const field = header.subarray(from, from + length)
    const end = field.indexOf(0)
    return field.subarray(0, end < 0 ? length : end).toString('utf8')
  }
  const octal = (from: number, length: number): number => {
    const digits = text(from, length).trim()
    return /^[0-7]{1,12}$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN
  }
  const blank = Buffer.from(header)
  blank.fill(0x20, 148, 156)
  const sum = blank.reduce((total, byte) => total + byte, 0)
  const size = octal(124, 12)
  if (text(257, 6) !== 'ustar' || text(156, 1) !== '0' || octal(148, 8) !== sum || Number.isNaN(size))
    return null
  const prefix = text(345, 155)
  return { path: prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`, size, offset }
}

function refuse(
  { path, size }: Entry,
  limits: CollectLimits,
  sofar: { seen: Set<string>; total: number; count: number },
): string | null {
  if (!safePath(path)) return 'its name is not a plain relative path'
  if (sofar.seen.has(path)) return 'it came twice'
  if (size > limits.fileBytes)
    return `it has ${size} bytes, more than the ${limits.fileBytes} kept of one file`
  if (sofar.total + size > limits.totalBytes) return `more than the ${limits.totalBytes} bytes kept in all`
  if (sofar.count >= limits.files) return `more than the ${limits.files} files kept`
  return null
}

/** `artifacts/` and plain parts: nothing absolute, no `.` or `..`, no control characters, no invalid UTF-8. */
function safePath(path: string): boolean {
  const [first, ...rest] = path.split('/')
  return (
    first === 'artifacts' &&
    rest.length > 0 &&
    rest.every((part) => part !== '' && part !== '.' && part !== '..' && Buffer.byteLength(part) <= 200) &&
    !/\p{Cc}|\uFFFD|\\/u.test(path)
  )
}

async function unpack(handle: FileHandle, { size, offset }: Entry, target: string): Promise<boolean> {
  try {
    await mkdir(dirname(target), { recursive: true })
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
    const file = await open(target, flags, 0o644)
    const sink = file.createWriteStream()
    await pipeline(chunks(handle, offset, size), sink)
    return true
  } catch (error) {
    if (['EEXIST', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}

async function* chunks(handle: FileHandle, offset: number, size: number): AsyncGenerator<Buffer> {
  for (let done = 0; done < size;) {
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(Math.min(size - done, 1 << 20)),
      0,
      null,
      offset + done,
    )
    if (bytesRead === 0) return
    done += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

async function readText(handle: FileHandle, { size, offset }: Entry, limit: number): Promise<string> {
  const buffer = Buffer.alloc(Math.min(size, limit))
  await handle.read(buffer, 0, buffer.length, offset)
  return buffer.toString('utf8')
}

const printable = (path: string): string => JSON.stringify(path.slice(0, 200))

function note(notes: string[], text: string): void {
  if (notes.length < 50) notes.push(text.slice(0, 500))
}
