/** A host in a network of its own: a network namespace that this one is linked with, where something listens. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { command } from '../../runner/command.ts'

export interface OtherNetwork extends AsyncDisposable {
  address: string
  port: number
}

const listener = `
const server = require('node:http').createServer((request, response) => response.end('from afar'))
server.listen(0, () => console.log(server.address().port))`

/** Names and addresses are this process's own: several may run at a time. */
export async function openOtherNetwork(): Promise<OtherNetwork> {
  const id = process.pid % 16_384
  const [name, near, far] = [`assay-${id}`, `assay-${id}a`, `assay-${id}b`]
  const at = (host: number): string => `198.18.${id >> 6}.${(id & 63) * 4 + host}`
  const ip = (...words: string[]): Promise<string> => command('ip', words)
  const remove = (): Promise<unknown> => ip('netns', 'del', name)
  await ip('netns', 'add', name)
  try {
    await ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name)
    await ip('address', 'add', `${at(1)}/30`, 'dev', near)
    await ip('link', 'set', near, 'up')
    await ip('-n', name, 'address', 'add', `${at(2)}/30`, 'dev', far)
    await ip('-n', name, 'link', 'set', far, 'up')
    const child = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', listener], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    return {
      address: at(2),
      port: Number(said.toString()),
      async [Symbol.asyncDispose]() {
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
