/** The real git client, free of whatever the host has configured. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const gitEnvironment = (token?: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.org',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.org',
  ...configured({
    // Another process after each commit, to find that nothing is to be done.
    'maintenance.auto': 'false',
    ...(token !== undefined && {
      'http.extraHeader': `Authorization: Basic ${Buffer.from(`ann:${token}`).toString('base64')}`,
    }),
  }),
})

/** The settings in the form in which git takes them from its environment. */
function configured(settings: Record<string, string>): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { GIT_CONFIG_COUNT: String(Object.keys(settings).length) }
  for (const [at, [key, value]] of Object.entries(settings).entries())
    Object.assign(environment, { [`GIT_CONFIG_KEY_${at}`]: key, [`GIT_CONFIG_VALUE_${at}`]: value })
  return environment
}

/** Makes `files`, and all that `folder` has, a commit on branch main of a new repository there; scripts ending in .sh may be executed. */
export async function commitFiles(folder: string, files: Record<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true })
  const git = (...args: string[]) => run('git', ['-C', folder, ...args], { env: gitEnvironment() })
  await git('init', '--quiet', '--initial-branch=main')
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content, { mode: path.endsWith('.sh') ? 0o755 : 0o644 })
  }
  await git('add', '--all', '--force')
  await git('commit', '--quiet', '-m', 'Checks')
}

/** Pushes what `folder` has checked out to `branch`; resolves with what the pusher reads. */
export async function push(folder: string, remote: string, token: string, branch = 'main'): Promise<string> {
  const { stderr } = await run('git', ['-C', folder, 'push', remote, `HEAD:${branch}`], {
    env: gitEnvironment(token),
  })
  return stderr
}
