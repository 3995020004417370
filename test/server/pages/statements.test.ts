import assert from 'node:assert/strict'
import type { RichSite } from '../../support/rich-site.ts'
import { startIdly, type TestServer } from '../../support/server.ts'
import { openVisitedSite } from '../../support/visited-site.ts'

/** Three releases, 21 builds, ten checks: a page that asked for each of any of these would stand out. */
describe('what a page asks the database', () => {
  let server: TestServer
  let site: RichSite

  before(async () => {
    ;({ server, site } = await openVisitedSite(startIdly))
  })
  after(() => server.close())

  const count = async (): Promise<number> =>
    (await server.services.metrics.statements.get()).values[0]?.value ?? 0

  async function statementsOf(path: string): Promise<number> {
    const before = await count()
    const response = await fetch(server.url + path, { headers: { accept: 'text/html' } })
    assert.equal(response.status, 200, path)
    await response.text()
    return (await count()) - before
  }

  /** At most, by page. */
  const bounds: Record<string, (site: RichSite) => readonly [string, number]> = {
    'the front page': () => ['/', 6],
    'a package': () => ['/packages/deb/hello', 8],
    'a build': ({ build }) => [`/builds/${build}`, 5],
    'an execution that failed': ({ executions }) => [`/executions/${executions.failed}`, 8],
    'an execution that waits': ({ executions }) => [`/executions/${executions.scheduled}`, 11],
    'an execution beside one that held': ({ executions }) => [`/executions/${executions.failed}/compare`, 9],
    'a check': () => ['/packages/deb/hello/checks/survives-a-reboot', 5],
    'a commit': ({ commits }) => [`/packages/deb/hello/commits/${commits[1]}`, 4],
    'two commits': ({ commits }) => [`/packages/deb/hello/compare/${commits.join('/')}`, 2],
    'a maintainer': () => ['/maintainers/ann', 4],
    'a search': () => ['/search?package=deb/hello&outcome=failed', 4],
    'runners and the queue': () => ['/runners', 8],
    messages: () => ['/messages', 6],
    'a feed': () => ['/feeds/deb/hello.atom', 4],
    'a badge': () => ['/badges/deb/hello.svg', 4],
  }
  for (const [what, of] of Object.entries(bounds))
    it(`is little, however much there is to show: ${what}`, async () => {
      const [path, most] = of(site)
      const statements = await statementsOf(path)
      assert.ok(statements <= most, `${path}: ${statements} statements, at most ${most}`)
      assert.ok(statements > 0, 'nothing was counted')
    })
})
