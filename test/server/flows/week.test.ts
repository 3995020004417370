/** A week on a distribution's bus, a small part of it: what is made of it, and what people hear. `bench week` lives a whole one. */
import assert from 'node:assert/strict'
import { liveThrough, type Lived } from '../../support/week/live.ts'
import { weekOf } from '../../support/week/traffic.ts'
import { calledFor, told, wanted } from '../../support/week/wanted.ts'

describe('a week of builds', function () {
  this.timeout(400_000)
  const week = weekOf({ packages: 250, builds: 350 })
  let lived: Lived

  before(async () => {
    lived = await liveThrough(week)
  })

  it('leads to the executions that its builds call for, each once', () =>
    assert.deepEqual([...lived.executions].sort(), calledFor(week).sort()))

  it('tells each person of every change once, and of nothing else', () => {
    const changes = told(lived.notices)
    assert.deepEqual(changes.sort(), [...wanted(week)].sort())
    assert.ok(changes.length > 10, `${changes.length} changes are too few to show anything`)
  })

  it('sends few messages for what a mass rebuild changes', () => {
    const few = lived.notices.length * 30 < lived.onePerResult
    assert.ok(few, `${lived.notices.length} of ${lived.onePerResult}`)
  })
})
