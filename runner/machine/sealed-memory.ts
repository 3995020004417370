/**
 * The memory of a template, held so that no machine can change it: a memfd that the kernel has sealed. Qemu before 8.2
 * maps memory privately only from files that it may write, and then each clone could write in every other's memory.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { open, type FileHandle } from 'node:fs/promises'

export interface Copied {
  sha256: string
  /** Bytes that are not nothing: as much as it takes of the host's memory. */
  bytes: number
}

/** Makes the memfd, tells its number, waits; seals it against write, growth, shrinking and other seals, waits again. */
const holder = `
my $name = 'assay-memory';
my $number = syscall 319, $name, 2;
die "memfd_create: $!\\n" if $number < 0;
open my $file, '+<&=', $number or die "memfd: $!\\n";
$| = 1;
print "$number\\n";
readline STDIN // exit;
fcntl $file, 1033, 15 or die "cannot seal: $!\\n";
print "sealed\\n";
readline STDIN;`

/** Copies the file `path` into memory and seals it. Whoever closes the handle gives the memory back. */
export async function sealMemory(path: string): Promise<Copied & { memory: FileHandle }> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'perl', '-e', holder], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let words = ''
  child.on('error', (error) => (words = error.message))
  child.stdin.on('error', () => undefined)
  child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-500)))
  const ended = once(child, 'close')
  ended.catch(() => undefined)
  const answer = async (): Promise<string> => {
    const [said] = (await Promise.race([once(child.stdout, 'data'), ended.then(() => [''])])) as [unknown]
    if (!Buffer.isBuffer(said)) throw new Error(`A template's memory cannot be held: ${words.trim()}`)
    return said.toString().trim()
  }
  try {
    const held = `/proc/${child.pid}/fd/${await answer()}`
    await using from = await open(path, 'r')
    await using to = await open(held, 'r+')
    await to.truncate((await from.stat()).size)
    const copied = await digestOf(from, (chunk, at) => to.write(chunk, 0, chunk.length, at))
    child.stdin.write('seal\n')
    await answer()
    return { ...copied, memory: await open(held, 'r') }
  } finally {
    child.stdin.end()
    await ended.catch(() => undefined)
  }
}

/** Digest of what is not nothing in a file, and where it lies. Each piece is shown to `see` on the way. */
export async function digestOf(
  file: FileHandle,
  see: (chunk: Buffer, at: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<Copied> {
  const hash = createHash('sha256')
  const nothing = Buffer.alloc(1 << 18)
  const buffer = Buffer.alloc(nothing.length)
  let bytes = 0
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) break
    const chunk = buffer.subarray(0, bytesRead)
    if (!chunk.equals(nothing.subarray(0, bytesRead))) {
      hash.update(`${at}:${bytesRead}:`).update(chunk)
      bytes += bytesRead
      await see(chunk, at)
    }
    at += bytesRead
  }
  return { sha256: hash.update(`${(await file.stat()).size}`).digest('hex'), bytes }
}
