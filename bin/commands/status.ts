/** `assay status`: whether the service works, who runs machines, and what is going on. */
import { Command } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { AppError } from '../../core/errors.ts'
import { openApi, type Api } from '../api.ts'
import { endWith, examples, json } from '../command.ts'
import { print, printJson, printTable } from '../output.ts'
import type { ExecutionJson, PageJson } from '../views.ts'

interface RunnerJson {
  id: string
  alive: boolean
  accelerator: string | null
  architectures: string[]
  images: string[]
}

export default new Command('status')
  .summary('say whether the service works, which runners are online, what runs and waits')
  .description(
    'Says whether the service works, which runners are online, what runs and what waits. Exit status 3: it cannot work.',
  )
  .option(...json)
  .addHelpText('after', examples('status', 'status --json'))
  .action(async (options) => {
    const api = openApi(readConfig(process.env))
    const [ready, runners, running, scheduled] = await Promise.all([
      isReady(api),
      api.get<PageJson<RunnerJson>>('/api/v1/runners?limit=100'),
      inState(api, 'running'),
      inState(api, 'scheduled'),
    ])
    const alive = runners.data.filter((runner) => runner.alive)
    if (options.json) printJson({ ready, runners: runners.data, running, scheduled })
    else {
      print(`${api.address}: ${ready ? 'works' : 'cannot work: see /readyz'}`)
      print(`${several(running)} running, ${several(scheduled)} waiting, ${alive.length} runners`)
      if (alive.length > 0)
        printTable(
          ['RUNNER', 'ACCELERATOR', 'ARCHITECTURES', 'IMAGES'],
          alive.map(({ id, accelerator, architectures, images }) => [
            id,
            accelerator ?? 'none',
            architectures.join(' '),
            images.join(' '),
          ]),
        )
    }
    endWith(ready ? 0 : 3)
  })

async function isReady(api: Api): Promise<boolean> {
  try {
    await api.get('/readyz')
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'UNEXPECTED_ANSWER') return false
    throw error
  }
}

const most = 100
const inState = async (api: Api, state: string): Promise<number> =>
  (await api.get<PageJson<ExecutionJson>>(`/api/v1/executions?limit=${most}&state=${state}`)).data.length

const several = (count: number): string => (count === most ? `${most} or more` : String(count))
