/** Turns an example into a check repository and pushes it, with plain git. */
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../core/errors.ts'
import { command, CommandFailed } from '../../runner/command.ts'
import { say } from '../output.ts'

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url))

/** `folder`: where the working copy lies. Throws PUSH_FAILED. */
export async function pushChecks(
  example: string,
  folder: string,
  remote: string,
  { user, token }: { user: string; token: string },
): Promise<void> {
  const work = join(folder, example)
  await rm(work, { recursive: true, force: true })
  const git = (...args: string[]): Promise<string> =>
    command('git', args, { cwd: folder, env: identity(user, token), onLine: (line) => say(`   ${line}`) })
  try {
    // What was pushed before stays the base, so that a second demo pushes only what has changed.
    await git('clone', '--quiet', remote, work).catch(() =>
      git('init', '--quiet', '--initial-branch=main', work),
    )
    await git('-C', work, 'rm', '-rq', '--ignore-unmatch', '.')
    await cp(join(examples, example), work, { recursive: true })
    await git('-C', work, 'add', '--all')
    await git('-C', work, 'commit', '--quiet', '--allow-empty', '-m', `Checks: ${example}`)
    await git('-C', work, 'push', '--quiet', remote, 'HEAD:main')
  } catch (error) {
    if (error instanceof CommandFailed) throw new AppError('PUSH_FAILED', 500, error.message)
    throw error
  }
}

/** Nothing of the user's own configuration, and the token where no list of processes shows it. */
const identity = (user: string, token: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'http.extraHeader',
  GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`,
  ...Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((role) => [
      [`GIT_${role}_NAME`, user],
      [`GIT_${role}_EMAIL`, `${user}@localhost`],
    ]),
  ),
})
