/** `assay up`: everything on one machine in one go. The server runs here, the runner as a child that is kept alive. */
import { join } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { startServer } from '../../server/main.ts'
import { examples, json } from '../command.ts'
import { endSignal } from '../end-signal.ts'
import { keepAlive } from '../keep-alive.ts'
import { print, printJson, say } from '../output.ts'

export default new Command('up')
  .summary('start everything on this machine: server, runner, Redis, SQLite')
  .description(
    'Starts a server, one runner, a private Redis and SQLite on this machine. Ctrl-C ends it: running checks may finish; a second Ctrl-C ends them at once.',
  )
  .option(...json)
  .addHelpText('after', examples('up'))
  .action(async (options) => {
    const config = readConfig(process.env)
    const ending = endSignal()
    const server = await startServer(config)
    const { url, socketPath, redisUrl, services } = server
    const runner = keepAlive(
      [process.execPath, join(import.meta.dirname, '..', 'main.js'), 'runner'],
      { ...process.env, ASSAY_SERVER: `unix:${socketPath}`, REDIS_URL: redisUrl },
      services.log,
    )
    if (options.json) printJson({ url, data: config.data })
    else print(`Assay is at ${url}\nIts data is in ${config.data}`)
    await ending
    say('Ending: what runs may finish; once more ends it at once.')
    void endSignal().then(() => runner.kill())
    await runner.close()
    await server.close()
  })
