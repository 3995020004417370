/** `assay serve`: the server alone, for sites with runners on machines of their own. */
import { readConfig } from '../../core/config.ts'
import { startServer } from '../../server/main.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { print, printJson } from '../output.ts'
import { endSignal } from '../end-signal.ts'

export default {
  usage: '[--json]',
  summary: 'The server, with a private Redis unless REDIS_URL says where one is.',
  async run(args) {
    const { values } = readArguments(args, {}, { least: 0, most: 0 })
    const ending = endSignal()
    const server = await startServer(readConfig(process.env))
    const { url, redisUrl } = server
    if (values.json) printJson({ url, redisUrl })
    else print(`Assay is at ${url}\nRunners find the queue at ${redisUrl}`)
    await ending
    await server.close()
    return 0
  },
} satisfies Command
