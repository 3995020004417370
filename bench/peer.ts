/** What real autopkgtest takes: an image that it and we can both use, and the call of it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { command } from '../runner/command.ts'
import { bootDisk } from '../test/support/boot-disk.ts'
import { WrongUse } from './measured.ts'

const folder = fileURLToPath(new URL('../../data/bench/', import.meta.url))
const guestFiles = fileURLToPath(new URL('../../images/', import.meta.url))
const memoryMiB = 1024

/** What autopkgtest asks of an image: a kernel with 9p, python3, a login on the first serial port, a shell on the second. */
const packages = [
  ...['linux-image-amd64', 'initramfs-tools', 'systemd-sysv', 'udev', 'dbus', 'libpam-systemd', 'kmod'],
  ...[
    'ca-certificates',
    'apt-utils',
    'iproute2',
    'netbase',
    'procps',
    'python3',
    'dpkg-dev',
    'sudo',
    'adduser',
  ],
]

const shellOnSerialPort = `[Unit]
Description=A shell for autopkgtest
[Service]
ExecCondition=/bin/grep -q "^1: uart:16" /proc/tty/driver/serial
ExecStart=/bin/sh
StandardInput=tty
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS1
[Install]
WantedBy=multi-user.target
`

/** Steps of its testbed have seconds of their own, which a host that emulates its machines may miss: that says nothing of a test. */
const patientQemu = `#!/usr/bin/python3
# autopkgtest-virt-qemu as it is, with ten times its patience.
import sys
sys.path.insert(0, '/usr/share/autopkgtest/lib')
import VirtSubproc
expect = VirtSubproc.expect
VirtSubproc.expect = lambda sock, search, seconds, *more, **named: expect(sock, search, seconds * 10, *more, **named)
path = '/usr/bin/autopkgtest-virt-qemu'
exec(compile(open(path).read(), path, 'exec'))
`

export async function requireAutopkgtest(): Promise<void> {
  await command('sh', ['-c', 'command -v autopkgtest']).catch(() => {
    throw new WrongUse('autopkgtest is not installed: apt-get install --no-install-recommends autopkgtest')
  })
}

/** One image for both: with our agent in it, too, and with the lists of packages, which autopkgtest would have to fetch. */
export async function peerDisk(): Promise<string> {
  const unit = join(folder, 'peer-shell.service')
  await mkdir(folder, { recursive: true })
  await writeFile(unit, shellOnSerialPort)
  return bootDisk(folder, 'peer', {
    packages,
    packageLists: true,
    hooks: [
      `${guestFiles}become-guest "$1" systemd`,
      `cp ${unit} "$1/etc/systemd/system"; chroot "$1" systemctl -q enable peer-shell.service`,
      'chroot "$1" systemctl -q unmask serial-getty@ttyS0.service',
    ],
    uses: [guestFiles],
    sizeMiB: 4096,
  })
}

/** Outcomes as autopkgtest says them, by test; and its exit status. */
export interface Theirs {
  code: number | null
  tests: Map<string, string>
  log: string
}

/**
 * Runs what `words` name on a machine of its own; `work` keeps its log and overlay. Its output is no pipe: it waits for a
 * pipe's end, which its own children hold.
 */
export async function runAutopkgtest(work: string, disk: string, words: readonly string[]): Promise<Theirs> {
  await mkdir(work, { recursive: true })
  const [log, summary] = [join(work, 'autopkgtest.log'), join(work, 'summary')]
  const qemu = join(work, 'patient-qemu')
  await writeFile(qemu, patientQemu, { mode: 0o755 })
  const testbed = ['--overlay-dir', work, '--ram-size', String(memoryMiB), '--timeout-reboot', '600', disk]
  await using file = await open(log, 'w')
  const child = spawn('autopkgtest', ['--summary-file', summary, ...words, '--', qemu, ...testbed], {
    stdio: ['ignore', file.fd, file.fd],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  const said = await readFile(log, 'utf8')
  // It writes none where it fails before the first test.
  const lines = await readFile(summary, 'utf8').catch(() => '')
  return { code, tests: parseSummary(lines), log: said }
}

/** `name  PASS (superficial)`: what is in brackets is kept of PASS alone, reasons of others are prose. */
function parseSummary(text: string): Map<string, string> {
  const found = [...text.matchAll(/^(\S+) +(PASS(?: \(superficial\))?|FAIL|SKIP|FLAKY)/gm)]
  return new Map(found.map(([, name = '', outcome = '']) => [name, outcome]))
}
