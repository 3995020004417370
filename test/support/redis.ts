/** A real Redis of a test's own. */
import { connect } from 'node:net'
import pino from 'pino'
import { startPrivateRedis } from '../../server/redis.ts'
import { temporaryFolder } from './folder.ts'

export interface TestRedis extends AsyncDisposable {
  /** `unix:/path` */
  url: string
  /** Sends a command such as FLUSHALL and returns the first line of the answer. */
  command: (line: string) => Promise<string>
}

export async function startRedis(): Promise<TestRedis> {
  const folder = await temporaryFolder()
  const redis = await startPrivateRedis(folder.path, pino({ level: 'silent' }))
  return {
    url: redis.url,
    command: (line) => redisCommand(redis.url, line),
    async [Symbol.asyncDispose]() {
      await redis.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** One command over a connection of its own, as a person would type it. */
export function redisCommand(url: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(url.replace(/^unix:/, ''), () => socket.write(`${line}\r\n`))
    socket.once('error', reject)
    socket.once('data', (chunk) => {
      socket.destroy()
      resolve(chunk.toString().split('\r\n')[0] ?? '')
    })
  })
}
