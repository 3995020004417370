/** A forge: the real git behind HTTP, a repository that its owner pushes to, and an API that takes statuses. */
import { execFile, spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { runGit } from './clone.ts'
import { temporaryFolder } from './folder.ts'
import { commitFiles, gitEnvironment } from './git.ts'
import { listenOn } from './listen.ts'

const run = promisify(execFile)

export interface Forge extends AsyncDisposable {
  /** Address of its one repository. */
  url: string
  /** Commits `files` on top of what is there and pushes them to `branches`; returns the commit. */
  push: (files: Record<string, string>, ...branches: string[]) => Promise<string>
  /** Commits so many empty files on top of what is there, without writing them, and pushes them to `branches`. */
  pushMany: (count: number, ...branches: string[]) => Promise<void>
  /** Runs git in the owner's clone. */
  git: (...args: string[]) => Promise<void>
  setDefault: (branch: string) => Promise<void>
  /** Deletes branches. */
  remove: (...branches: string[]) => Promise<void>
  /** What it was told of commits. */
  told: { path: string; token: string | undefined; body: Record<string, string> }[]
  /** What it answers to whoever fetches, instead of what is there. */
  answer: ((response: ServerResponse) => void) | null
}

export async function openForge(): Promise<Forge> {
  const folder = await temporaryFolder()
  const bare = join(folder.path, 'team', 'hello.git')
  const clone = join(folder.path, 'clone')
  await runGit(folder.path, undefined, 'init', '--quiet', '--bare', '--initial-branch=main', bare)
  await runGit(folder.path, undefined, 'init', '--quiet', '--initial-branch=main', clone)
  const server = createServer((request, response) => void serve(request, response))
  const { url: address, close } = await listenOn(server)
  const git = async (...args: string[]): Promise<void> => {
    const { code, said } = await runGit(clone, undefined, ...args)
    if (code !== 0) throw new Error(said)
  }
  /** Id of what git makes of `input`. */
  const object = async (input: string, ...args: string[]): Promise<string> => {
    const making = run('git', args, { cwd: clone, env: gitEnvironment() })
    making.child.stdin?.end(input)
    return (await making).stdout.trim()
  }
  const pushTo = (branches: readonly string[]): Promise<void> => {
    const refs = (branches.length > 0 ? branches : ['main']).map((branch) => `HEAD:refs/heads/${branch}`)
    return git('push', '--quiet', '--force', bare, ...refs)
  }
  const forge: Forge = {
    url: `${address}/team/hello.git`,
    told: [],
    answer: null,
    git,
    async push(files, ...branches) {
      await commitFiles(clone, files)
      await pushTo(branches)
      return (await runGit(clone, undefined, 'rev-parse', 'HEAD')).said.trim()
    },
    async pushMany(count, ...branches) {
      const blob = await object('', 'hash-object', '-w', '--stdin')
      const entries = Array.from({ length: count }, (_, at) => `100644 blob ${blob}\t${at}\n`)
      await git('read-tree', '--prefix=many/', await object(entries.join(''), 'mktree'))
      await git('commit', '--quiet', '-m', 'Many files')
      await pushTo(branches)
    },
    setDefault: (branch) => git('--git-dir', bare, 'symbolic-ref', 'HEAD', `refs/heads/${branch}`),
    remove: (...branches) =>
      git('push', '--quiet', bare, ...branches.map((branch) => `:refs/heads/${branch}`)),
    async [Symbol.asyncDispose]() {
      await close()
      await folder[Symbol.asyncDispose]()
    },
  }
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, search } = new URL(request.url ?? '', address)
    if (pathname.startsWith('/api/')) {
      const text = (await buffer(request)).toString()
      const body = request.headers['content-type']?.includes('json')
        ? (JSON.parse(text) as Record<string, string>)
        : Object.fromEntries(new URLSearchParams(text))
      forge.told.push({ path: pathname, token: request.headers.authorization, body })
      response.writeHead(201).end('{}')
    } else if (forge.answer) forge.answer(response)
    else throughGit(request, response, { root: folder.path, pathname, search })
  }
  return forge
}

/** As CGI has it: headers, an empty line, and the rest. */
function throughGit(
  request: IncomingMessage,
  response: ServerResponse,
  { root, pathname, search }: { root: string; pathname: string; search: string },
): void {
  const child = spawn('git', ['http-backend'], {
    env: {
      ...gitEnvironment(),
      ...{ GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: pathname },
      ...{ QUERY_STRING: search.slice(1), REQUEST_METHOD: request.method },
      ...{
        CONTENT_TYPE: request.headers['content-type'],
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  request.pipe(child.stdin)
  child.stdin.on('error', () => undefined)
  void buffer(child.stdout).then((said) => {
    const end = said.indexOf('\r\n\r\n')
    const headers = said.toString('latin1', 0, end).split('\r\n')
    const pairs = headers.map((line) => line.split(': ', 2) as [string, string])
    const status = pairs.find(([name]) => name === 'Status')?.[1]
    for (const [name, value] of pairs) if (name !== 'Status') response.setHeader(name, value)
    response.writeHead(Number(status?.slice(0, 3) ?? 200)).end(said.subarray(end + 4))
  })
}
