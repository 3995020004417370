/**
 * A week on a distribution's bus, with a mass rebuild: how many messages people get, over one for each result. Whether they
 * hear all that they want, and nothing twice, is compared as well. BENCH_BUILDS says how many builds (default 20 000).
 */
import { liveThrough } from '../test/support/week/live.ts'
import { weekOf } from '../test/support/week/traffic.ts'
import { calledFor, told, wanted } from '../test/support/week/wanted.ts'
import type { Measured } from './measured.ts'

const aim = 100

export async function benchWeek(): Promise<Measured> {
  const half = Math.floor(Number(process.env['BENCH_BUILDS'] ?? 20_000) / 2)
  const week = weekOf({ packages: half, builds: half })
  const lived = await liveThrough(week)
  const executions = compare(lived.executions, new Set(calledFor(week)))
  const news = compare(told(lived.notices), wanted(week))
  const unlisted = lived.notices.reduce((sum, { more }) => sum + more, 0)
  const data = {
    ...{ builds: week.builds.length, messages: week.messages.length, executions, news, unlisted },
    ...{ notices: lived.notices.length, onePerResult: lived.onePerResult },
    ratio: lived.onePerResult / lived.notices.length,
  }
  return { lines: linesOf(data), data }
}

interface Compared {
  count: number
  missing: number
  unwanted: number
  repeated: number
}

function compare(found: readonly string[], expected: ReadonlySet<string>): Compared {
  const distinct = new Set(found)
  return {
    count: found.length,
    missing: [...expected].filter((one) => !distinct.has(one)).length,
    unwanted: [...distinct].filter((one) => !expected.has(one)).length,
    repeated: found.length - distinct.size,
  }
}

function linesOf({
  builds,
  messages,
  executions,
  news,
  unlisted,
  notices,
  onePerResult,
  ratio,
}: {
  builds: number
  messages: number
  executions: Compared
  news: Compared
  unlisted: number
  notices: number
  onePerResult: number
  ratio: number
}): string[] {
  const words = ({ count, missing, unwanted, repeated }: Compared): string =>
    `${count}, ${missing} missing, ${unwanted} unwanted, ${repeated} twice`
  return [
    `A week of ${messages} messages, ${builds} builds that count, half of them a mass rebuild`,
    `executions             ${words(executions)}`,
    `changes people heard   ${words(news)}${unlisted > 0 ? `, and ${unlisted} counted only` : ''}`,
    `messages to people     ${notices}`,
    `one for each result    ${onePerResult}, ${ratio.toFixed(0)} times as many (aim: ${aim})`,
  ]
}
