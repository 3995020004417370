/**
 * The network of a machine. Its qemu runs in a network namespace that holds nothing, or nothing but one listener that
 * leads to the runner's filtering proxy. The walls are the kernel's: there is nowhere else to go to.
 */
import { command, CommandFailed } from '../command.ts'
import type { MachineSpec } from './machine.ts'

/** Connections that one machine may have to the proxy at a time. */
const relays = 32

export const wantsNetwork = ({ network, prepareNetwork }: MachineSpec): boolean =>
  network !== 'none' || prepareNetwork

/** Words before everything else that give what follows a namespace of its own; null where the host does not allow it. */
export function namespaceWords(): Promise<string[] | null> {
  tried ??= tryNamespace().catch((error: unknown) => {
    tried = undefined
    throw error
  })
  return tried
}

/** What a host allows it allows for as long as we run: trying takes as long as a tenth of a clone. */
let tried: Promise<string[] | null> | undefined

async function tryNamespace(): Promise<string[] | null> {
  const root = process.getuid?.() === 0
  const words = ['unshare', ...(root ? [] : ['--user', '--map-root-user']), '--net', '--ipc', '--mount']
  try {
    await command('unshare', [...words.slice(1), 'true'])
    return words
  } catch (error) {
    if (error instanceof CommandFailed) return null
    throw error
  }
}

/**
 * Words that bring loopback up, start the relay from its port 3128 to `socket`, and go on as what follows. `drop`: words
 * that give up rights; the relay's own pdeathsig ends it with the machine, which it is a child of.
 */
export function relayWords(socket: string, drop: readonly string[]): string[] {
  const relay = [
    ...drop,
    'socat',
    `TCP4-LISTEN:3128,bind=127.0.0.1,reuseaddr,fork,backlog=${relays},max-children=${relays}`,
    `UNIX-CONNECT:${socket}`,
  ]
  // Setting IFF_UP | IFF_RUNNING on it gives loopback its address, too.
  const loopback = `perl -MSocket -e 'socket S, AF_INET, SOCK_DGRAM, 0 and ioctl S, 0x8914, my $up = pack "a16 s x22", "lo", 0x41 or die "lo: $!\\n"'`
  const script = `${loopback} || exit 1\n${relay.map(quoted).join(' ')} </dev/null >/dev/null 2>&1 &\nexec "$@"`
  return ['sh', '-c', script, 'sh']
}

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`
