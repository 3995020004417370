/** `assay serve`: the server alone, for sites with runners on machines of their own. */
import { Command } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { startServer } from '../../server/main.ts'
import { examples, json } from '../command.ts'
import { print, printJson } from '../output.ts'
import { endSignal } from '../end-signal.ts'

export default new Command('serve')
  .summary('start the server alone, for runners on other hosts')
  .description('Starts the server, with a private Redis unless REDIS_URL names one.')
  .option(...json)
  .addHelpText('after', examples('serve'))
  .action(async (options) => {
    const ending = endSignal()
    const server = await startServer(readConfig(process.env))
    const { url, redisUrl } = server
    if (options.json) printJson({ url, redisUrl })
    else print(`Assay is at ${url}\nRunners find the queue at ${redisUrl}`)
    await ending
    await server.close()
  })
