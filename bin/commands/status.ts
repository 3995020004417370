/** `assay status`: whether the service works, who runs machines, and what is going on. */
import { readConfig } from '../../core/config.ts'
import { AppError } from '../../core/errors.ts'
import { openApi, type Api } from '../api.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { print, printJson, printTable } from '../output.ts'
import type { ExecutionJson, PageJson } from '../views.ts'

interface RunnerJson {
  id: string
  alive: boolean
  accelerator: string | null
  architectures: string[]
  images: string[]
}

export default {
  usage: '[--json]',
  summary:
    'Whether the service works, who runs machines, what runs and what waits. Exit 3 when it cannot work.',
  async run(args) {
    const { values } = readArguments(args, {}, { least: 0, most: 0 })
    const api = openApi(readConfig(process.env))
    const [ready, runners, running, scheduled] = await Promise.all([
      isReady(api),
      api.get<PageJson<RunnerJson>>('/api/v1/runners?limit=100'),
      inState(api, 'running'),
      inState(api, 'scheduled'),
    ])
    const alive = runners.data.filter((runner) => runner.alive)
    if (values.json) printJson({ ready, runners: runners.data, running, scheduled })
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
    return ready ? 0 : 3
  },
} satisfies Command

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
