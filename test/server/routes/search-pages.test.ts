/** The search, by what people have at hand. */
import assert from 'node:assert/strict'
import { openVisitedSite, type VisitedSite } from '../../support/visited-site.ts'

describe('the search', () => {
  let visited: VisitedSite

  before(async () => {
    visited = await openVisitedSite()
  })
  after(() => visited.close())

  it('finds packages, versions and ids, and goes straight to the one thing that has a whole id', async () => {
    const { passed } = visited.site.executions
    assert.deepEqual((await visited.json('/search?q=HELL'))['packages'], ['deb/hello'])
    assert.equal(((await visited.json('/search?q=2.10-3%2Bdeb12u4'))['builds'] as unknown[]).length, 1)
    assert.equal(
      ((await visited.json(`/search?q=${passed.slice(0, 23)}`))['executions'] as unknown[]).length > 0,
      true,
    )
    const straight = await visited.get(`/search?q=${passed.toUpperCase()}`)
    assert.deepEqual([straight.status, straight.headers.get('location')], [302, `/executions/${passed}`])
    assert.equal(
      (await visited.get(`/search?q=${visited.site.build}`)).headers.get('location'),
      `/builds/${visited.site.build}`,
    )
    for (const odd of ['%25', '_', "'", '%5C', '%22%3E%3Cscript%3E'])
      assert.equal((await visited.get(`/search?q=${odd}`)).status, 200)
  })

  it('finds executions by what they were, page by page', async () => {
    interface Found {
      filtered: { executions: { id: string; outcome: string }[]; older: string | null }
    }
    const search = async (path: string): Promise<Found['filtered']> =>
      ((await visited.json(path)) as unknown as Found).filtered
    const failed = await search('/search?package=deb/hello&outcome=failed&state=&reason=&q=')
    assert.deepEqual([...new Set(failed.executions.map(({ outcome }) => outcome))], ['failed'])
    const all = await search('/search?package=deb%2Fhello')
    const older = await search(all.older ?? '')
    assert.equal(all.executions.length, 50)
    assert.ok((older.executions[0]?.id ?? 'z') < (all.executions.at(-1)?.id ?? ''))
    assert.deepEqual((await search('/search?package=nobody/nothing')).executions, [])
    assert.match(
      await (await visited.get('/search?outcome=failed')).text(),
      /<option value="failed" selected>/,
    )
    assert.equal((await visited.get('/search?outcome=great')).status, 400)
  })
})
