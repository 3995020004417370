/** The real git for one command that ends soon. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Runs git to its end; throws with what it said on stderr. */
export async function runGit(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await execute('git', args, { env, timeout: 60_000, maxBuffer: 4 * 1024 ** 2 })
  return stdout
}
