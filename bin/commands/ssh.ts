/** `assay ssh`: what an administrator tells sshd, and the one command that sshd then runs for the holder of a key. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { userInfo } from 'node:os'
import { createInterface } from 'node:readline'
import { Command } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { endWith, examples } from '../command.ts'
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

const settings = new Command('config')
  .summary('print what sshd must be told')
  .description('Prints what sshd must be told, so that it lets people push over SSH.')
  .option('--user <user>', 'the user of the host that people connect as; without it, this one')
  .addHelpText('after', examples('ssh config --user git'))
  .action((options) => print(sshdSettings(options.user ?? userInfo().username, readConfig(process.env).data)))

const session = new Command('serve')
  .summary('serve one connection (for sshd)')
  .description('What sshd runs for the holder of a key: git, and nothing but git.')
  .argument('<key>', 'the number of the key')
  .action(serve)

export default new Command('ssh')
  .summary('set up pushes over SSH')
  .description("Pushes over SSH, through the host's own sshd.")
  .addCommand(settings)
  .addCommand(session)

/** Asks the server whether the holder of the key may, and if so lets git and the client talk without going between. */
async function serve(key: string): Promise<void> {
  const { data } = readConfig(process.env)
  const query = new URLSearchParams({
    key,
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
    endWith(code === 0 ? 0 : 1)
  } finally {
    session.destroy()
  }
}
