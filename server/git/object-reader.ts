/**
 * Objects of a bare repository by the real git, one process for as long as somebody reads: however large the repository is,
 * only what is asked for comes into memory, and git ends with who asked.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chunkReader } from './chunk-reader.ts'

/** A repository, and what git finds around it. */
export interface Place {
  gitdir: string
  env: NodeJS.ProcessEnv
}

export interface ObjectFacts {
  oid: string
  type: string
  size: number
}

export interface ObjectRead extends ObjectFacts {
  /** null: it is larger than what may be read. */
  bytes: Buffer | null
}

export interface ObjectReader {
  /** What the objects of these names are, in their order; null: there is no such thing. */
  facts: (names: readonly string[]) => Promise<(ObjectFacts | null)[]>
  /** The objects themselves, one at a time in memory, each of at most `most` bytes. To be read to the end. */
  read: (names: readonly string[], most: number) => AsyncGenerator<ObjectRead | null>
}

/** Runs `work` with a reader; git is gone when this resolves. An aborted `signal` ends git, and so the work. */
export async function withObjects<T>(
  place: Place,
  work: (objects: ObjectReader) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const open = new Map<Kind, Conversation>()
  const conversation = (kind: Kind): Conversation => {
    signal?.throwIfAborted()
    const found = open.get(kind) ?? converse(place, kind)
    open.set(kind, found)
    return found
  }
  const end = (): void => open.forEach(({ kill }) => kill())
  signal?.addEventListener('abort', end)
  try {
    return await work({
      async facts(names) {
        const found: (ObjectFacts | null)[] = []
        for await (const one of conversation('--batch-check').ask(names, 0)) found.push(one)
        return found
      },
      read: (names, most) => conversation('--batch').ask(names, most),
    })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', end)
    end()
    await Promise.all([...open.values()].map(({ gone }) => gone))
  }
}

type Kind = '--batch' | '--batch-check'

interface Conversation {
  ask: (names: readonly string[], most: number) => AsyncGenerator<ObjectRead | null>
  kill: () => void
  /** Resolves when git is. */
  gone: Promise<void>
}

/** What git says in one line: a name of ours and a few words. */
const longestLine = 1000

function converse({ gitdir, env }: Place, kind: Kind): Conversation {
  const child = spawn('git', ['--git-dir', gitdir, 'cat-file', kind], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const gone = once(child, 'close').then(
    () => undefined,
    () => undefined,
  )
  // A git that ended is told by what it did not say.
  child.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  const said = chunkReader(child.stdout)
  async function* ask(names: readonly string[], most: number): AsyncGenerator<ObjectRead | null> {
    child.stdin.write(names.map((name) => `${name}\n`).join(''))
    for (let at = 0; at < names.length; at++) {
      const line = await said.line(longestLine)
      const [, oid = '', type = '', digits = ''] = /^([0-9a-f]{40}) (\w+) (\d+)$/.exec(line) ?? []
      const size = Number(digits)
      if (oid === '') yield null
      else if (kind === '--batch-check') yield { oid, type, size, bytes: null }
      else {
        const bytes = size > most ? await said.skip(size) : await said.take(size)
        await said.skip(1)
        yield { oid, type, size, bytes }
      }
    }
  }
  return { ask, kill: () => child.kill('SIGKILL'), gone }
}
