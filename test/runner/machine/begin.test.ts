/** What a machine is told while it becomes its own, without a machine. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { beginner } from '../../../runner/machine/begin.ts'
import type { Life } from '../../../runner/machine/life.ts'
import type { AgentMessage, MachineFacts } from '../../../schemas/types.gen.ts'
import { never } from '../../support/machines.ts'

/** Says all at once, and is dead then. */
function begins(says: AgentMessage[]) {
  const told: string[] = []
  const life = {
    tell: (line: string) => void told.push(line),
    hear: (wanted: (message: AgentMessage) => boolean) =>
      Promise.resolve().then(() => says.find(wanted) ?? null),
  }
  const facts: MachineFacts = { image: 'tiny' }
  return { told, facts, begin: () => beginner(life as unknown as Life, facts)(never) }
}

describe('a machine that begins', () => {
  const time = { say: 'time' } as const

  it('is told the time whenever it asks, and how far off it may be is kept', async () => {
    const { told, facts, begin } = begins([
      time,
      { say: 'beat' },
      time,
      { say: 'begun', clockErrorMs: 2 },
      time,
    ])
    const before = Date.now()
    ok(await begin())
    equal(facts.clockErrorMs, 2.5)
    match(told[0] ?? '', /^begin [0-9a-f]{96} ([0-9a-f]{8})[0-9a-f]{24} assay-\1$/)
    const answers = told.filter((line) => line.startsWith('time '))
    equal(answers.length, 2)
    for (const answer of answers) {
      const ms = Number(/^time (\d{13})500000$/.exec(answer)?.[1])
      ok(ms >= before && ms <= Date.now())
    }
    deepEqual(told.filter((line) => !answers.includes(line)).slice(1), ['take input'])
  })

  it('is not answered for ever', async () => {
    const { told, facts, begin } = begins(Array.from({ length: 1000 }, () => time))
    ok(!(await begin()))
    ok(told.length <= 10)
    equal(facts.clockErrorMs, undefined)
  })
})
