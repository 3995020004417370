/** Boots the smallest guest there is, with a real kernel, to see whether an accelerator keeps what it promises. */
import { spawn } from 'node:child_process'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { acceleration, type Accelerator } from './arguments.ts'
import { identityWords } from './identity.ts'
import { marker, probeInitrd } from './probe-initrd.ts'

export type Probed = { ms: number; failed?: undefined } | { ms?: undefined; failed: string }

/** How long it took until the guest's first process spoke, or why it did not. Never takes longer than the deadline. */
export async function bootProbe(
  accelerator: Accelerator,
  kernel: string,
  { deadlineMs, signal }: { deadlineMs: number; signal?: AbortSignal | undefined },
): Promise<Probed> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-probe-'))
  try {
    await writeFile(join(folder, 'initrd'), probeInitrd())
    // A copy: whom qemu runs as may not read the host's own.
    const copied = await copyFile(kernel, join(folder, 'kernel')).then(
      () => null,
      (error: unknown) => (error as Error).message,
    )
    if (copied !== null) return { failed: `its kernel cannot be read: ${copied}` }
    const owned = [folder, ...['initrd', 'kernel'].map((name) => join(folder, name))]
    const identity = await identityWords(owned)
    const limit = AbortSignal.timeout(deadlineMs)
    const until = AbortSignal.any([limit, ...(signal ? [signal] : [])])
    const begun = performance.now()
    const { spoke, words } = await run([...identity, ...probeWords(accelerator)], folder, until)
    signal?.throwIfAborted()
    if (spoke) return { ms: performance.now() - begun }
    return {
      failed: limit.aborted ? `no sign of life within ${deadlineMs / 1000} s` : `qemu ended: ${words}`,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function probeWords(accelerator: Accelerator): string[] {
  return [
    ...['prlimit', '--core=0', 'qemu-system-x86_64'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-m', '256M', '-smp', '1'],
    ...['-machine', 'q35', ...acceleration(accelerator)],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-kernel', 'kernel', '-initrd', 'initrd', '-append', 'console=ttyS0 quiet panic=-1 rdinit=/init'],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
  ]
}

/** Whether the marker came, and qemu's own last words. The process is gone afterwards. */
async function run(
  [program = '', ...args]: string[],
  cwd: string,
  until: AbortSignal,
): Promise<{ spoke: boolean; words: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd })
  let heard = ''
  let words = ''
  let spoke = false
  const stop = (): void => void child.kill('SIGKILL')
  until.addEventListener('abort', stop)
  child.stdout.on('data', (chunk: Buffer) => {
    heard = (heard + chunk.toString('latin1')).slice(-1000)
    spoke ||= heard.includes(marker)
    if (spoke) stop()
  })
  child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(0, 1000)))
  await new Promise<void>((resolve) => {
    child.once('error', (error) => {
      words = error.message
      resolve()
    })
    child.once('close', () => resolve())
    if (until.aborted) stop()
  })
  until.removeEventListener('abort', stop)
  return { spoke, words: words.trim().split('\n')[0] ?? '' }
}
