/** A maintainer's clone of a check repository, and the real git in it. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fullName, parsePackage } from '../../core/names.ts'
import { temporaryFolder } from './folder.ts'
import { gitEnvironment } from './git.ts'
import type { TestServer } from './server.ts'

export interface Said {
  code: number
  /** What git wrote, without what it puts around the server's lines. */
  said: string
}

export interface Clone extends AsyncDisposable {
  path: string
  /** Address of the repository, without credentials. */
  remote: string
  token: string
  /** Runs git in the clone, with the maintainer's token. */
  git: (...args: string[]) => Promise<Said>
  /** Writes `files`, commits everything and returns the commit. */
  commit: (files: Record<string, string | Uint8Array>) => Promise<string>
  /** Pushes HEAD to `branches`, main if none is named. */
  push: (...branches: string[]) => Promise<Said>
}

/** Adds the package, maintained by ann, and opens an empty clone of its repository. */
export async function openClone(server: TestServer, name = 'deb/hello'): Promise<Clone> {
  const { stores, now } = server.services
  const added = await stores.packages.ensure(parsePackage(name), now())
  await stores.packages.addMaintainer(added.id, 'ann')
  const token = await server.token('ann', ['push'])
  const remote = `${server.url}/git/${fullName(added)}.git`
  const folder = await temporaryFolder()
  const git: Clone['git'] = (...args) => runGit(folder.path, token, ...args)
  await git('init', '--quiet', '--initial-branch=main')
  await git('remote', 'add', 'origin', remote)
  return {
    path: folder.path,
    remote,
    token,
    git,
    async commit(files) {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder.path, path)), { recursive: true })
        await writeFile(join(folder.path, path), content, { mode: path.endsWith('.sh') ? 0o755 : 0o644 })
      }
      await git('add', '--all')
      await git('commit', '--quiet', '--allow-empty', '-m', 'Change')
      return (await git('rev-parse', 'HEAD')).said.trim()
    },
    push: (...branches) =>
      git(
        'push',
        'origin',
        ...(branches.length > 0 ? branches : ['main']).map((branch) => `HEAD:refs/heads/${branch}`),
      ),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** `as`: a token, or the whole environment of git. */
export function runGit(
  folder: string,
  as: string | NodeJS.ProcessEnv | undefined,
  ...args: string[]
): Promise<Said> {
  return new Promise((resolve) => {
    const env = typeof as === 'object' ? as : gitEnvironment(as)
    execFile('git', args, { cwd: folder, env, maxBuffer: 64 * 1024 ** 2 }, (error, out, err) => {
      const said = `${out}${err}`.replaceAll(/^remote: ?/gm, '').replaceAll(/ +$/gm, '')
      resolve({ code: error ? Number(error.code ?? 1) : 0, said })
    })
  })
}

export const manifest = (run = './smoke.sh'): string =>
  `checks:\n  smoke:\n    summary: greets\n    run: ${run}\n`
