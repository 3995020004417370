/** The units of systemd that the documentation offers: what they start there is, and what they forbid stays forbidden. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { readConfig } from '../../core/config.ts'
import { command } from '../../runner/command.ts'
import { findProgram } from '../../server/find-program.ts'
import { assay } from '../support/assay.ts'

const pathOf = (name: string): string =>
  fileURLToPath(new URL(`../../../docs/systemd/assay-${name}.service`, import.meta.url))

/** Each directive with all that its lines say. */
async function read(name: string): Promise<Map<string, string>> {
  const lines = (await readFile(pathOf(name), 'utf8')).split('\n')
  const said = new Map<string, string>()
  for (const line of lines) {
    const [, key = '', value = ''] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? []
    if (key !== '') said.set(key, `${said.get(key) ?? ''} ${value}`.trim())
  }
  return said
}

const ofBoth = [
  ...[
    'ProtectSystem=strict',
    'ProtectHome=yes',
    'PrivateTmp=yes',
    'PrivateMounts=yes',
    'NoNewPrivileges=yes',
  ],
  ...['ProtectClock=yes', 'ProtectControlGroups=yes', 'ProtectHostname=yes', 'ProtectKernelLogs=yes'],
  ...['ProtectKernelModules=yes', 'ProtectKernelTunables=yes', 'RestrictRealtime=yes', 'LockPersonality=yes'],
  ...['KeyringMode=private', 'SystemCallArchitectures=native', 'SystemCallErrorNumber=EPERM'],
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
]
const walls: Record<string, { command: string; directives: string[]; most: number }> = {
  server: {
    command: 'serve',
    directives: [
      ...ofBoth,
      ...['User=assay', 'CapabilityBoundingSet=', 'PrivateDevices=yes', 'PrivateUsers=yes', 'UMask=0027'],
      ...['RestrictNamespaces=yes', 'RestrictSUIDSGID=yes', 'ProtectProc=invisible', 'RemoveIPC=yes'],
      // Without capset setpriv starts no Redis.
      'SystemCallFilter=@system-service ~@privileged capset',
    ],
    most: 2,
  },
  runner: {
    command: 'runner',
    directives: [
      ...ofBoth,
      'RestrictNamespaces=user net ipc mnt pid uts',
      // Without seccomp qemu cannot shut itself in.
      'SystemCallFilter=@system-service @mount seccomp',
    ],
    most: 5,
  },
}
/** Rights with which a runner could do to the host what it need not. */
const neverOfRunner =
  /CAP_(SYS_(MODULE|RAWIO|PTRACE|BOOT|TIME|NICE)|NET_RAW|BPF|PERFMON|SYSLOG|MAC_\w+|AUDIT_\w+)/

describe('the units of systemd', () => {
  for (const [name, { command: starts, directives, most }] of Object.entries(walls)) {
    it(`forbid the ${name} what it does not need`, async () => {
      const said = await read(name)
      const missing = directives.filter(
        (one) => `${one.split('=')[0]}=${said.get(one.split('=')[0] ?? '')}` !== one,
      )
      assert.deepEqual(missing, [])
      assert.doesNotMatch(said.get('CapabilityBoundingSet') ?? '', neverOfRunner)
      // Node compiles while it runs, and qemu translates.
      assert.ok(!said.has('MemoryDenyWriteExecute'))
      // Where systemd is installed, it counts itself what is left; everywhere else the lists above hold it.
      const analyze = await findProgram('systemd-analyze')
      if (analyze === null) return
      const words = ['security', '--offline=true', '--no-pager', `--threshold=${most * 10}`, pathOf(name)]
      assert.match(await command(analyze, words), /Overall exposure level/)
    })

    it(`start the ${name} by a command that there is, in an environment that it understands`, async () => {
      const said = await read(name)
      assert.equal(said.get('ExecStart'), `/opt/assay/bin/assay ${starts}`)
      assert.match((await assay({}, '--help')).out, new RegExp(`^ +(assay )?${starts}\\b`, 'm'))
      const [, variable = '', value = ''] = /^(\w+)=(.*)$/.exec(said.get('Environment') ?? '') ?? []
      assert.equal(readConfig({ [variable]: value }).data, `/var/lib/${said.get('StateDirectory')}`)
    })
  }
})
