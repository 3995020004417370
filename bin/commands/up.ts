/** `assay up`: everything on one machine in one go. The server runs here, the runner as a child that is kept alive. */
import { join } from 'node:path'
import { readConfig } from '../../core/config.ts'
import { startServer } from '../../server/main.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { endSignal } from '../end-signal.ts'
import { keepAlive } from '../keep-alive.ts'
import { print, printJson, say } from '../output.ts'

export default {
  usage: '[--json]',
  summary: 'Server, one runner, private Redis and SQLite: the single-machine default. Ends with Ctrl-C.',
  async run(args) {
    const { values } = readArguments(args, {}, { least: 0, most: 0 })
    const config = readConfig(process.env)
    const ending = endSignal()
    const server = await startServer(config)
    const { url, socketPath, redisUrl, services } = server
    const runner = keepAlive(
      [process.execPath, join(import.meta.dirname, '..', 'main.js'), 'runner'],
      { ...process.env, ASSAY_SERVER: `unix:${socketPath}`, REDIS_URL: redisUrl },
      services.log,
    )
    if (values.json) printJson({ url, data: config.data })
    else print(`Assay is at ${url}\nIts data is in ${config.data}`)
    await ending
    say('Ending: what runs may finish; once more ends it at once.')
    void endSignal().then(() => runner.kill())
    await runner.close()
    await server.close()
    return 0
  },
} satisfies Command
