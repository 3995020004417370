/** Ordinary pushes, pages and events while a server is attacked: all are answered, and how much later than at rest. */
import { temporaryFolder } from '../test/support/folder.ts'
import { attacks } from './attacks/attacks.ts'
import { openSite, type Site } from './attacks/site.ts'
import { median, type Measured } from './measured.ts'

const rounds = 3
/** Milliseconds after which somebody who is not answered has gone. */
const patience = 60_000

const kinds = ['push', 'page', 'event'] as const
type Kind = (typeof kinds)[number]

interface Line {
  name: string
  asked: number
  answered: number
  ms: Record<Kind, number>
}

export async function benchAttacks(): Promise<Measured> {
  await using folder = await temporaryFolder()
  await using site = await openSite(folder.path)
  const rest = await ask(site, 'nothing')
  const lines: Line[] = []
  for (const [name, attack] of Object.entries(attacks)) {
    const end = await attack(site)
    lines.push(await ask(site, name))
    await end()
  }
  const unanswered = lines.reduce((sum, { asked, answered }) => sum + asked - answered, 0)
  if (unanswered > 0) process.exitCode = 1
  const row = ({ name, asked, answered, ms }: Line): string =>
    [
      name.padEnd(46),
      `${answered}/${asked}`.padStart(8),
      ...kinds.map((kind) => `${(ms[kind] / rest.ms[kind]).toFixed(1)}x`.padStart(7)),
    ].join(' ')
  return {
    lines: [
      `${unanswered} ordinary requests were not answered (aim: 0)`,
      `${'while there are'.padEnd(46)} answered ${kinds.map((kind) => kind.padStart(7)).join(' ')} over at rest`,
      ...lines.map(row),
      `at rest: ${kinds.map((kind) => `${kind} ${Math.round(rest.ms[kind])} ms`).join(', ')}`,
    ],
    data: { unanswered, rest: rest.ms, lines },
  }
}

/** What people do, in turns. */
async function ask({ ordinary }: Site, name: string): Promise<Line> {
  const times: Record<Kind, number[]> = { push: [], page: [], event: [] }
  let answered = 0
  for (let round = 0; round < rounds; round++)
    for (const kind of kinds) {
      const begun = performance.now()
      if (await inTime(ordinary[kind]())) answered += 1
      times[kind].push(performance.now() - begun)
    }
  const ms = Object.fromEntries(kinds.map((kind) => [kind, median(times[kind])])) as Record<Kind, number>
  return { name, asked: rounds * kinds.length, answered, ms }
}

async function inTime(work: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const gone = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), patience)))
  try {
    return await Promise.race([work.catch(() => false), gone])
  } finally {
    clearTimeout(timer)
  }
}
