/** A real sshd of a test's own, which asks a test's server for keys, and clients of it. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../../server/find-program.ts'
import { assay } from './assay.ts'
import { temporaryFolder } from './folder.ts'
import { freePorts } from './free-ports.ts'
import { gitEnvironment } from './git.ts'
import { until } from './until.ts'

const run = promisify(execFile)

export interface Sshd extends AsyncDisposable {
  /** `ssh://user@127.0.0.1:port` */
  url: string
  /** Makes a key pair; resolves with the line of its .pub file and the private key's path. */
  makeKey: (name: string, ...options: string[]) => Promise<{ line: string; file: string }>
  /** The environment of a git that logs in with the private key `file`. */
  gitAs: (file: string) => NodeJS.ProcessEnv
  /** Runs `command` by ssh, as somebody does who tries what else a key opens. */
  ssh: (file: string, ...args: string[]) => Promise<{ code: number; said: string }>
}

/** Starts sshd for the account that runs the tests, told what `assay ssh config` prints for the server in `data`. */
export async function startSshd(data: string): Promise<Sshd> {
  const folder = await temporaryFolder()
  const { username, uid } = userInfo()
  // Where Debian's service makes it; sshd as root insists on it.
  if (uid === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
  const makeKey: Sshd['makeKey'] = async (name, ...options) => {
    const file = join(folder.path, name)
    await run('ssh-keygen', ['-q', '-N', '', '-C', `${name}@laptop`, ...options, '-f', file])
    return { file, line: (await readFile(`${file}.pub`, 'utf8')).trim() }
  }
  const { file: hostKey } = await makeKey('host', '-t', 'ed25519')
  const [port = 0] = await freePorts(1)
  const { out, err } = await assay({ ASSAY_DATA: data }, 'ssh', 'config')
  if (out === '') throw new Error(err)
  const config = join(folder.path, 'sshd_config')
  await writeFile(config, `${settings(port, hostKey)}${out}`)
  const sshd = spawn((await findProgram('sshd')) ?? 'sshd', ['-D', '-e', '-f', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  sshd.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-10_000)))
  await until('sshd to listen', () => {
    if (sshd.exitCode !== null) throw new Error(`sshd ended: ${log}`)
    return log.includes('Server listening')
  })
  const client = (file: string): string[] => [
    ...['-F', 'none', '-i', file, '-p', String(port), '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes'],
    ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'],
  ]
  return {
    url: `ssh://${username}@127.0.0.1:${port}`,
    makeKey,
    gitAs: (file) => ({ ...gitEnvironment(), GIT_SSH_COMMAND: ['ssh', ...client(file)].join(' ') }),
    ssh: (file, ...args) =>
      new Promise((resolve) => {
        const all = [...client(file), `${username}@127.0.0.1`, ...args]
        const child = execFile('ssh', all, (error, stdout, stderr) => {
          resolve({ code: error ? Number(error.code ?? 1) : 0, said: `${stdout}${stderr}` })
        })
        child.stdin?.end()
      }),
    async [Symbol.asyncDispose]() {
      sshd.kill('SIGTERM')
      if (sshd.exitCode === null && sshd.signalCode === null) await once(sshd, 'exit')
      await folder[Symbol.asyncDispose]()
    },
  }
}

const settings = (port: number, hostKey: string): string => `Port ${port}
ListenAddress 127.0.0.1
HostKey ${hostKey}
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
AuthorizedKeysFile none
`
