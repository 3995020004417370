/** The line with which sshd lets the holder of a key in, to one command and nothing else. Pure. */
import { fileURLToPath } from 'node:url'
import { shellQuote } from '../shell-quote.ts'
import type { SshKey } from '../store/ssh-keys.ts'

/** The compiled command line: its `ssh serve` is all that a key opens. */
const program = fileURLToPath(new URL('../../bin/main.js', import.meta.url))

/** A line of authorized_keys: no terminal, no forwarding, no file of the user's own. `data`: the server's folder. */
export function authorizedKey({ id, type, blob }: SshKey, data: string): string {
  const command = [
    '/usr/bin/env',
    `ASSAY_DATA=${data}`,
    process.execPath,
    program,
    'ssh',
    'serve',
    String(id),
  ]
    .map(shellQuote)
    .join(' ')
  return `restrict,command="${command.replaceAll('"', '\\"')}" ${type} ${blob}\n`
}
