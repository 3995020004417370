/** A week on a distribution's bus, a twentieth of it: what is made of it, and what people hear. `bench week` lives a whole one. */
import assert from 'node:assert/strict'
import { readConfig } from '../../../core/config.ts'
import { openServices } from '../../../server/services.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { settingsFile } from '../../support/settings.ts'
import { liveThrough, type Lived } from '../../support/week/live.ts'
import { shared, weekOf, type Week } from '../../support/week/traffic.ts'
import { wanted } from '../../support/week/wanted.ts'

describe('a week of builds', function () {
  this.timeout(180_000)
  let week: Week
  let lived: Lived

  before(async () => {
    await using folder = await temporaryFolder()
    const publishers = { mail: { url: 'smtp://127.0.0.1:1', from: 'assay@example.org' } }
    const settings = await settingsFile(folder.path, { publishers })
    const config = readConfig({ ASSAY_DATA: folder.path, ASSAY_SETTINGS: settings, ASSAY_LOG: 'silent' })
    const opened = await openServices(config, () => 'http://localhost')
    week = weekOf({ packages: 250, builds: 350 })
    lived = await liveThrough(week, opened.services).finally(opened.close)
  })

  it('leads to the executions that its builds call for, each once', () => {
    const expected = week.builds.flatMap(({ package: { name, checks }, version }) =>
      [...checks, shared].map((check) => `rpms/${name} ${version} ${check}`),
    )
    assert.deepEqual([...lived.executions].sort(), expected.sort())
  })

  it('tells each person of every change once, and of nothing else', () => {
    const told = lived.notices.flatMap(({ user, pieces }) =>
      pieces.map((piece) => `${user} ${piece.package} ${piece.version} ${piece.check}`),
    )
    assert.deepEqual(told.sort(), [...wanted(week)].sort())
    assert.ok(told.length > 10, `${told.length} changes are too few to show anything`)
  })

  it('sends few messages for what a mass rebuild changes', () => {
    assert.ok(
      lived.notices.length * 30 < lived.onePerResult,
      `${lived.notices.length} of ${lived.onePerResult}`,
    )
  })
})
