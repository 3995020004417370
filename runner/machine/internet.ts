/**
 * The way out for a machine whose check may see the internet: slirp4netns joins the machine's network namespace to the
 * host's network. The host itself and private ranges stay closed; its public neighbours do not.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { readlink, writeFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { command } from '../command.ts'

/** Between qemu's user network and the host's. Anything private will do that no mirror of a site lives in. */
const cidr = '10.255.255.0/24'
const nameServer = '10.255.255.3'

/** Private networks, links, and the metadata services of clouds. */
const closed = ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16']

/** The host itself, whatever its addresses. */
const hostAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => `${address}/32`)

/** Why a machine cannot have the internet on this host; null when it can. */
export async function whyNoInternet(allowed: boolean): Promise<string | null> {
  if (!allowed) return 'This site does not let checks see the internet (ASSAY_INTERNET).'
  const works = await command('sh', ['-c', 'slirp4netns --version && ip -V']).then(
    () => true,
    () => false,
  )
  return works
    ? null
    : 'The internet is allowed, but its tools are missing: apt-get install slirp4netns iproute2.'
}

/** Words that wait for the way out, close what is not the internet, and go on as what follows. */
export async function internetWords(resolvFile: string): Promise<string[]> {
  await writeFile(resolvFile, `nameserver ${nameServer}\n`)
  const ranges = new Set([...closed, ...hostAddresses()])
  const routes = [...ranges].map((range) => `ip route add unreachable ${range}`).join(' && ')
  const script = `tries=0
until ip -4 address show dev tap0 2>/dev/null | grep -q inet; do
  tries=$((tries + 1)); [ $tries -lt 200 ] || { echo 'slirp4netns did not come up' >&2; exit 1; }
  sleep 0.05
done
${routes} && mount --bind "$1" "$(readlink -f /etc/resolv.conf)" && shift && exec "$@"`
  return ['sh', '-c', script, 'sh', resolvFile]
}

/** Connects the namespace that `child` makes for itself. Ends with it. */
export async function connectInternet(child: ChildProcess): Promise<void> {
  const { pid } = child
  if (pid === undefined) return
  const own = await readlink('/proc/self/ns/net')
  const namespace = (): Promise<string> => readlink(`/proc/${pid}/ns/net`).catch(() => own)
  for (let tries = 0; tries < 200 && (await namespace()) === own; tries++) await delay(10)
  const walls = ['--disable-host-loopback', '--enable-sandbox', '--enable-seccomp']
  const options = ['--configure', '--mtu=65520', `--cidr=${cidr}`, ...walls, String(pid), 'tap0']
  const way = spawn('setpriv', ['--pdeathsig', 'KILL', 'slirp4netns', ...options], { stdio: 'ignore' })
  way.on('error', () => undefined)
  const end = (): void => void way.kill('SIGKILL')
  child.once('exit', end)
  if (child.exitCode !== null || child.signalCode !== null) end()
}
