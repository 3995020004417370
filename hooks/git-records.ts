/** git's output record by record, for what may be long: simple-git would collect it. */
import { spawn } from 'node:child_process'

export interface GitQuestion {
  args: readonly string[]
  /** What ends a record. */
  separator: '\n' | '\0'
  /** For its standard input. */
  input?: string
}

/**
 * Runs git in the repository that the hook runs for, quarantine included. A caller that has seen enough ends git by
 * leaving the loop. Throws when git fails.
 */
export async function* gitRecords({ args, separator, input = '' }: GitQuestion): AsyncGenerator<string> {
  const child = spawn('git', args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve)
  })
  ended.catch(() => undefined)
  child.stdin.on('error', () => undefined).end(input)
  try {
    let rest = ''
    child.stdout.setEncoding('utf8')
    for await (const chunk of child.stdout as AsyncIterable<string>) {
      const parts = (rest + chunk).split(separator)
      rest = parts.pop() ?? ''
      yield* parts
    }
    if (rest !== '') yield rest
    const code = await ended
    if (code !== 0) throw new Error(`git ${args[0] ?? ''} ended with ${code ?? 'a signal'}`)
  } finally {
    child.kill()
  }
}
