/** `assay ssh`: what an administrator tells sshd, and the one command that sshd then runs for the holder of a key. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { userInfo } from 'node:os'
import { createInterface } from 'node:readline'
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { readArguments } from '../arguments.ts'
import { UsageError, type Command, type ExitStatus } from '../command.ts'
import { print } from '../output.ts'
import { sshdSettings } from '../sshd-settings.ts'

interface SessionJson {
  words: [program: string, args: string[]]
  env: NodeJS.ProcessEnv
}

/** Milliseconds. Over HTTP a push may take no longer. */
const longestSession = 3_600_000
/** More of what a client asks for is not even handed on. */
const longestCommand = 600

export default {
  usage: 'config [--user USER] | serve KEY',
  summary:
    'Prints what sshd must be told for pushes over ssh; serve is what sshd runs for the holder of a key.',
  async run([action = '', ...args]) {
    if (action === 'serve') return serve(args)
    if (action !== 'config') throw new UsageError('say what to do: config (serve is for sshd)')
    const { values } = readArguments(args, { user: { type: 'string' } }, { least: 0, most: 0 })
    print(sshdSettings(values.user ?? userInfo().username, readConfig(process.env).data))
    return 0
  },
} satisfies Command

/** Asks the server whether the holder of the key may, and if so lets git and the client talk without going between. */
async function serve(args: string[]): Promise<ExitStatus> {
  const { positionals } = readArguments(args, {}, { least: 1, most: 1 })
  const { data } = readConfig(process.env)
  const query = new URLSearchParams({
    key: positionals[0] ?? '',
    command: (process.env['SSH_ORIGINAL_COMMAND'] ?? '').slice(0, longestCommand),
    protocol: process.env['GIT_PROTOCOL'] ?? '',
  })
  const api = openApi({ server: null, token: null, data })
  const session = await api.stream(`/hooks/v1/ssh/session?${query.toString()}`)
  try {
    const [line] = (await once(createInterface(session), 'line')) as [string]
    const { words, env } = JSON.parse(line) as SessionJson
    const git = spawn(...words, {
      env,
      stdio: 'inherit',
      timeout: longestSession,
    })
    const [code] = (await once(git, 'close')) as [number | null]
    return code === 0 ? 0 : 1
  } finally {
    session.destroy()
  }
}
