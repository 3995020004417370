/** What pages show parts of, and what lies beside them: logs, artifacts, badges, feeds. */
import assert from 'node:assert/strict'
import { assets } from '../../../server/pages/assets.ts'
import { openVisitedSite, type VisitedSite } from '../../support/visited-site.ts'

describe('what lies behind pages', () => {
  let visited: VisitedSite

  before(async () => {
    visited = await openVisitedSite()
  })
  after(() => visited.close())

  it('is the end of a long log, and all of it as text with ranges', async () => {
    const path = `/executions/${visited.site.executions.failed}`
    const end = await (await visited.get(path)).text()
    assert.match(end, /id="L642"/)
    assert.doesNotMatch(end, /id="L1"/)
    const part = await visited.get(`${path}/log`, { range: 'bytes=0-7' })
    assert.deepEqual([part.status, await part.text()], [206, '\u001b[32mok\u001b'])
    assert.match(part.headers.get('content-type') ?? '', /^text\/plain/)
    assert.equal(await (await visited.get(`${path}/log?attempt=9`)).text(), '')
  })

  it('is artifacts, handed out with ranges, never as pages of this site', async () => {
    const folder = `/executions/${visited.site.executions.failed}/artifacts`
    const report = await visited.get(`${folder}/report.html`)
    assert.equal(await report.text(), '<script>alert(1)</script>\n')
    assert.match(report.headers.get('content-type') ?? '', /^application\/octet-stream/)
    assert.match(report.headers.get('content-disposition') ?? '', /^attachment/)
    assert.match(report.headers.get('content-security-policy') ?? '', /sandbox/)
    const diff = await visited.get(`${folder}/catalogues/pt_BR.diff?attempt=1`, { range: 'bytes=1-5' })
    assert.deepEqual([diff.status, await diff.text()], [206, 'hello'])
    assert.match(diff.headers.get('content-type') ?? '', /^text\/plain/)
    for (const path of [
      'nope',
      '..%2f..%2flog',
      '%2e%2e%2flog',
      'report.html?attempt=2',
      'a%00b',
      'catalogues',
    ])
      assert.equal((await visited.get(`${folder}/${path}`)).status, 404, path)
  })

  it('is style and script, kept for ever, under names that change with them', async () => {
    for (const { url, content } of Object.values(assets)) {
      const response = await visited.get(url)
      assert.match(response.headers.get('cache-control') ?? '', /max-age=31536000, immutable/)
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), content)
    }
    assert.equal((await visited.get('/assets/style.000000000000.css')).status, 404)
    assert.equal((await visited.get('/assets/..%2fpages.ts')).status, 404)
  })

  it('is a badge of the verdict now, of all releases or of one', async () => {
    const badge = await visited.get('/badges/deb/hello.svg')
    assert.match(badge.headers.get('content-type') ?? '', /^image\/svg\+xml/)
    assert.equal(badge.headers.get('cache-control'), 'public, max-age=60')
    assert.match(await badge.text(), /<title>checks: failed<\/title>/)
    assert.match(
      await (await visited.get('/badges/deb/hello.svg?release=sid')).text(),
      /<title>checks sid: failed<\/title>/,
    )
    assert.match(await (await visited.get('/badges/dist/lint.svg')).text(), /checks: no checks/)
    assert.equal((await visited.get('/badges/deb/nope.svg')).status, 404)
  })

  it('is a feed of what changed, with ids that stay', async () => {
    const read = async (): Promise<string> => (await visited.get('/feeds/deb/hello.atom')).text()
    const [first, second] = [await read(), await read()]
    assert.equal(first, second)
    const ids = [...first.matchAll(/<id>urn:uuid:(.*?)<\/id>/g)].map(([, id]) => id)
    assert.ok(ids.length > 5)
    assert.equal(new Set(ids).size, ids.length)
    assert.match(await (await visited.get('/feeds/dist/lint.atom')).text(), /<updated>20/)
    const ofCheck = await (await visited.get('/feeds/deb/hello/manual-page.atom')).text()
    assert.match(ofCheck, /manual-page broke: 2\.12\.1-1\.8 on trixie/)
    assert.doesNotMatch(ofCheck, /reproducible/)
    const ofMaintainer = await (await visited.get('/feeds/~berthold.atom')).text()
    assert.match(ofMaintainer, /deb\/hello: manual-page broke/)
    assert.equal((await visited.get('/feeds/~nobody.atom')).status, 404)
  })
})
