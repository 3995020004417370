import assert from 'node:assert/strict'
import { expireFiles } from '../../../server/flows/expire-files.ts'
import { assay } from '../../support/assay.ts'
import { assertProblem } from '../../support/problem.ts'
import type { RichSite } from '../../support/rich-site.ts'
import type { TestServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'
import { openVisitedSite } from '../../support/visited-site.ts'

describe('what an execution left and is gone', () => {
  let server: TestServer
  let site: RichSite
  let base: string

  before(async () => {
    ;({ server, site } = await openVisitedSite())
    base = `/executions/${site.executions.failed}`
    const later = { ...server.services, now: () => new Date(Date.now() + 300 * 86_400_000).toISOString() }
    await server.services.stores.holdings.mark(site.executions.passed, { at: later.now(), by: 'ann' })
    await until('it to go', async () => {
      await expireFiles(later)
      return (await later.stores.holdings.of(site.executions.failed))?.expired
    })
  })
  after(() => server.close())

  const get = (path: string, accept: string): Promise<Response> =>
    fetch(`${server.url}${path}`, { headers: { accept } })

  it('says at its own address what it was, when it went, and how to have it again', async () => {
    const path = `${base}/artifacts/catalogues/pt_BR.diff?attempt=1`
    const page = await get(path, 'text/html')
    const text = await page.text()
    assert.equal(page.status, 410)
    assert.match(
      text,
      /<bdi>catalogues\/pt_BR\.diff<\/bdi> is gone[^]*It had \d+ B[^]*assay rerun [^]*assay run --execution/,
    )
    const told = (await (await get(path, 'application/json')).json()) as Record<string, unknown>
    assert.deepEqual(
      [told['status'], told['code'], told['why'], (told['artifact'] as { path: string }).path],
      [410, 'FILES_EXPIRED', 'age', 'catalogues/pt_BR.diff'],
    )
    assert.match(String(told['runAtHome']), / assay run --execution /)
  })

  it('is gone everywhere, and what never was is still not there', async () => {
    const id = site.executions.failed
    for (const path of [
      `${base}/log`,
      `${base}/archive.tar.gz`,
      `${base}/view/log`,
      `${base}/view/artifacts/report.html`,
    ])
      assert.equal((await get(path, 'text/html')).status, 410, path)
    for (const path of ['log', 'archive'])
      await assertProblem(await get(`/api/v1/executions/${id}/${path}`, '*/*'), 410, 'FILES_EXPIRED')
    assert.equal((await get(`${base}/artifacts/nope`, 'text/html')).status, 404)
  })

  it('leaves the page of its execution, with its results and what there was', async () => {
    const text = await (await get(base, 'text/html')).text()
    assert.match(text, /catalogue-pt_BR[^]*They went on[^]*3 artifacts of/)
    assert.doesNotMatch(text, /href="[^"]*\/artifacts\/|archive\.tar\.gz|data-live="log"/)
  })

  it('can be kept by its maintainers, with the API and the command line', async () => {
    const path = `/api/v1/executions/${site.executions.passed}/keep`
    const ask = (method: string, user: string) =>
      server
        .token(user, ['push'])
        .then((token) =>
          fetch(`${server.url}${path}`, { method, headers: { authorization: `Bearer ${token}` } }),
        )
    await assertProblem(await ask('POST', 'mallory'), 403, 'FORBIDDEN')
    assert.equal(((await (await ask('POST', 'ann')).json()) as { kept: { by: string } }).kept.by, 'ann')
    assert.match(
      await (await get(`/executions/${site.executions.passed}`, 'text/html')).text(),
      /Kept for <bdi>ann/,
    )
    assert.equal(((await (await ask('DELETE', 'ann')).json()) as { kept: null }).kept, null)
    const settings = { ASSAY_DATA: server.services.config.data }
    const kept = await assay(settings, 'keep', site.executions.passed)
    assert.deepEqual([kept.code, kept.out], [0, `What ${site.executions.passed} left is kept.\n`])
    const off = await assay(settings, 'keep', site.executions.passed, '--off', '--json')
    assert.equal((JSON.parse(off.out) as { kept: null }).kept, null)
    const gone = await assay(settings, 'keep', site.executions.failed)
    assert.equal(gone.code, 1)
    assert.match(gone.err, /assay rerun/)
  })
})
