import assert from 'node:assert/strict'
import { assets } from '../../../server/pages/assets.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { commitFiles, push } from '../../support/git.ts'
import { assertProblem } from '../../support/problem.ts'
import { fillSite, type RichSite } from '../../support/rich-site.ts'
import { sampleCheck } from '../../support/checks.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

const asHtml = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const asJson = { accept: 'application/json' }

describe('pages over HTTP', () => {
  let server: TestServer
  let site: RichSite
  let pages: string[]

  before(async function () {
    this.timeout(60_000)
    server = await startTestServer()
    site = await fillSite(server.services)
    const executions = Object.values(site.executions).map((id) => `/executions/${id}`)
    pages = ['/', '/packages/deb/hello', '/packages/dist/lint', `/builds/${site.build}`, ...executions]
    const checks = '/packages/deb/hello/checks'
    pages.push('/runners', '/search?q=2.12', '/search', '/maintainers/ann', `${checks}/survives-a-reboot`)
    pages.push(`/packages/deb/hello/compare/${site.commits.join('/')}`, '/search?package=deb/hello')
    pages.push(`/executions/${site.executions.failed}/compare`)
  })
  after(() => server.close())

  const get = (path: string, headers: Record<string, string> = asHtml, method = 'GET'): Promise<Response> =>
    fetch(`${server.url}${path}`, { headers, method, redirect: 'manual' })
  const json = async (path: string): Promise<Record<string, unknown>> =>
    (await (await get(path, asJson)).json()) as Record<string, unknown>

  it('are HTML for browsers and JSON for whoever prefers it, at the same address', async () => {
    for (const path of pages) {
      for (const [headers, type] of [
        [asHtml, /^text\/html/],
        [asJson, /^application\/json/],
      ] as const) {
        const response = await get(path, headers)
        await response.arrayBuffer()
        assert.equal(response.status, 200, path)
        assert.match(response.headers.get('content-type') ?? '', type, path)
        assert.match(response.headers.get('vary') ?? '', /accept/i, path)
      }
    }
  })

  it('may load nothing but what is ours, and are framed by nobody', async () => {
    for (const path of [...pages, '/nowhere']) {
      const response = await get(path)
      const policy = response.headers.get('content-security-policy') ?? ''
      assert.match(policy, /^default-src 'none';/, path)
      assert.match(policy, /base-uri 'none'; frame-ancestors 'none'$/)
      assert.doesNotMatch(policy, /unsafe|\*|https?:/)
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
      assert.doesNotMatch(await response.text(), / style="|<style|<script(?! src="\/assets\/)/, path)
    }
  })

  it('answer to HEAD, and to a repeated look with 304', async () => {
    const head = await get('/packages/dist/lint', asHtml, 'HEAD')
    assert.deepEqual([head.status, await head.text()], [200, ''])
    const known = { 'if-none-match': head.headers.get('etag') ?? '', 'cache-control': 'max-age=0' }
    const again = await get('/packages/dist/lint', { ...asHtml, ...known })
    assert.equal(again.status, 304)
  })

  it('say what is not there in the form that was asked for', async () => {
    const missing = [
      '/packages/deb/nope',
      '/packages/..%2f/x',
      '/builds/x',
      `/executions/${'0'.repeat(36)}`,
      '/a/b',
    ]
    missing.push(`/packages/deb/hello/commits/${'f'.repeat(40)}`, '/packages/deb/hello/commits/HEAD')
    missing.push('/packages/deb/hello/checks/nope', '/maintainers/nobody', '/maintainers/a%20b')
    missing.push(`/packages/deb/hello/compare/${site.commits[0]}/${'f'.repeat(40)}`)
    for (const path of missing) {
      const page = await get(path)
      assert.equal(page.status, 404, path)
      assert.match(await page.text(), /<h1>Not Found<\/h1>/)
      await assertProblem(await get(path, asJson), 404, 'NOT_FOUND')
      await assertProblem(await get(path, { accept: '*/*' }), 404, 'NOT_FOUND')
    }
    assert.equal((await get('/packages/%zz/x')).status, 400)
    assert.equal((await get('/search?q=a&q=b')).status, 400)
  })

  it('of a package tell programs its verdict, its troubles and its registrations', async () => {
    const found = await json('/packages/deb/hello')
    assert.deepEqual([found['package'], found['maintainers']], ['deb/hello', ['ann', 'berthold']])
    const { mark, releases } = found['overview'] as {
      mark: string
      releases: { release: string; builds: unknown[] }[]
    }
    assert.equal(mark, 'failed')
    assert.deepEqual(
      releases.map(({ release, builds }) => [release, builds.length]),
      [
        ['sid', 5],
        ['trixie', 8],
        ['bookworm', 8],
      ],
    )
    assert.deepEqual(
      (found['registrations'] as { branch: string }[]).map(({ branch }) => branch),
      ['bookworm', 'main'],
    )
  })

  it('of a package say what changed between the last build that held and the first that broke', async () => {
    const text = await (await get('/packages/deb/hello')).text()
    const [before, after] = site.commits
    assert.ok(text.includes(`href="/packages/deb/hello/compare/${before}/${after}"`))
    const { changed } = (await json('/packages/deb/hello')) as {
      changed: Record<string, { what: string }[]>
    }
    const kinds = Object.values(changed).map((differences) => differences.map(({ what }) => what).join(' '))
    assert.deepEqual([...new Set(kinds)].sort(), ['version', 'version commit', 'version imageDigest'])
  })

  it('of a check show what it did everywhere, page by page, and say when it is flaky', async () => {
    const path = '/packages/deb/hello/checks/survives-a-reboot'
    const view = await json(path)
    const standing = view['standing'] as { release: string; flaky: { times: number } | null }[]
    assert.deepEqual(
      standing.filter(({ flaky }) => flaky).map(({ release, flaky }) => [release, flaky?.times]),
      [['trixie', 3]],
    )
    assert.match(await (await get(path)).text(), /It is flaky: at one commit it/)
    const [first] = view['executions'] as { id: string }[]
    const cursor = Buffer.from(first?.id ?? '').toString('base64url')
    const older = (await json(`${path}?cursor=${cursor}`))['executions'] as { id: string }[]
    assert.ok(!older.some(({ id }) => id === first?.id) && older.length > 0)
    assert.equal((await get(`${path}?cursor=x`)).status, 400)
  })

  it('of two commits show what the one changed since the other', async () => {
    const path = `/packages/deb/hello/compare/${site.commits.join('/')}`
    const { changes } = (await json(path)) as { changes: { files: { path: string }[] } }
    assert.deepEqual(
      changes.files.map((file) => file.path),
      ['checks.yaml', 'new.sh', 'smoke.sh'],
    )
    const text = await (await get(path)).text()
    assert.match(text, /<del>-hello<\/del><ins>\+hello \| grep -q world<\/ins>/)
  })

  it('of a maintainer list what needs them first', async () => {
    const { packages } = (await json('/maintainers/ann')) as { packages: { package: string; mark: string }[] }
    assert.deepEqual(
      packages.map((one) => [one.package, one.mark]),
      [['deb/hello', 'failed']],
    )
  })

  it('of an execution tell programs what the API does, and why it waits', async () => {
    const { scheduled } = site.executions
    const [page, api] = [
      await json(`/executions/${scheduled}`),
      await json(`/api/v1/executions/${scheduled}`),
    ]
    for (const key of Object.keys(api)) assert.deepEqual(page[key], api[key], key)
    assert.match(
      String(page['why']),
      /None of the runners that are there has machines of architecture aarch64\./,
    )
  })

  it('find packages, versions and ids, and go straight to the one thing that has a whole id', async () => {
    const { passed } = site.executions
    assert.deepEqual((await json('/search?q=HELL'))['packages'], ['deb/hello'])
    assert.equal(((await json('/search?q=2.10-3%2Bdeb12u4'))['builds'] as unknown[]).length, 1)
    assert.equal(
      ((await json(`/search?q=${passed.slice(0, 23)}`))['executions'] as unknown[]).length > 0,
      true,
    )
    const straight = await get(`/search?q=${passed.toUpperCase()}`)
    assert.deepEqual([straight.status, straight.headers.get('location')], [302, `/executions/${passed}`])
    assert.equal((await get(`/search?q=${site.build}`)).headers.get('location'), `/builds/${site.build}`)
    for (const odd of ['%25', '_', "'", '%5C', '%22%3E%3Cscript%3E'])
      assert.equal((await get(`/search?q=${odd}`)).status, 200)
  })

  it('find executions by what they were, page by page', async () => {
    interface Found {
      filtered: { executions: { id: string; outcome: string }[]; older: string | null }
    }
    const search = async (path: string): Promise<Found['filtered']> =>
      ((await json(path)) as unknown as Found).filtered
    const failed = await search('/search?package=deb/hello&outcome=failed&state=&reason=&q=')
    assert.deepEqual([...new Set(failed.executions.map(({ outcome }) => outcome))], ['failed'])
    const all = await search('/search?package=deb%2Fhello')
    const older = await search(all.older ?? '')
    assert.equal(all.executions.length, 50)
    assert.ok((older.executions[0]?.id ?? 'z') < (all.executions.at(-1)?.id ?? ''))
    assert.deepEqual((await search('/search?package=nobody/nothing')).executions, [])
    assert.match(await (await get('/search?outcome=failed')).text(), /<option value="failed" selected>/)
    assert.equal((await get('/search?outcome=great')).status, 400)
  })

  it('put an execution beside the last one that held', async () => {
    const view = (await json(`/executions/${site.executions.failed}/compare`)) as {
      good: { id: string; outcome: string } | null
      differences: { what: string }[]
    }
    assert.equal(view.good?.outcome, 'passed')
    assert.ok(view.differences.some(({ what }) => what === 'version'))
    const { attempts } = server.services.stores
    await attempts.setPackages(view.good.id, 1, ['libc6 2.36-9', 'gone 1', 'same 1'])
    await attempts.setPackages(site.executions.failed, 1, ['libc6 2.36-10', 'new 1', 'same 1'])
    const compared = await (await get(`/executions/${site.executions.failed}/compare`)).text()
    const words = compared.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
    assert.match(words, /gone 1 → not installed libc6 2\.36-9 → 2\.36-10 new not installed → 1/)
    assert.doesNotMatch(words, / same /)
    const never = await get(`/executions/${site.executions.skipped}/compare`)
    assert.match(await never.text(), /is on record for this release and\s+architecture/)
  })

  it('show the end of a long log, and all of it as text with ranges', async () => {
    const path = `/executions/${site.executions.failed}`
    const end = await (await get(path)).text()
    assert.match(end, /id="L642"/)
    assert.doesNotMatch(end, /id="L1"/)
    const part = await get(`${path}/log`, { range: 'bytes=0-7' })
    assert.deepEqual([part.status, await part.text()], [206, '\u001b[32mok\u001b'])
    assert.match(part.headers.get('content-type') ?? '', /^text\/plain/)
    assert.equal(await (await get(`${path}/log?attempt=9`)).text(), '')
  })

  it('hand out artifacts, with ranges, never as pages of this site', async () => {
    const folder = `/executions/${site.executions.failed}/artifacts`
    const report = await get(`${folder}/report.html`)
    assert.equal(await report.text(), '<script>alert(1)</script>\n')
    assert.match(report.headers.get('content-type') ?? '', /^application\/octet-stream/)
    assert.match(report.headers.get('content-disposition') ?? '', /^attachment/)
    assert.match(report.headers.get('content-security-policy') ?? '', /sandbox/)
    const diff = await get(`${folder}/catalogues/pt_BR.diff?attempt=1`, { range: 'bytes=1-5' })
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
      assert.equal((await get(`${folder}/${path}`)).status, 404, path)
  })

  it('keep their style and script for ever, under names that change with them', async () => {
    for (const { url, content } of Object.values(assets)) {
      const response = await get(url)
      assert.match(response.headers.get('cache-control') ?? '', /max-age=31536000, immutable/)
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), content)
    }
    assert.equal((await get('/assets/style.000000000000.css')).status, 404)
    assert.equal((await get('/assets/..%2fpages.ts')).status, 404)
  })

  it('give a badge of the verdict now, of all releases or of one', async () => {
    const badge = await get('/badges/deb/hello.svg')
    assert.match(badge.headers.get('content-type') ?? '', /^image\/svg\+xml/)
    assert.equal(badge.headers.get('cache-control'), 'public, max-age=60')
    assert.match(await badge.text(), /<title>checks: failed<\/title>/)
    assert.match(
      await (await get('/badges/deb/hello.svg?release=sid')).text(),
      /<title>checks sid: failed<\/title>/,
    )
    assert.match(await (await get('/badges/dist/lint.svg')).text(), /checks: no checks/)
    assert.equal((await get('/badges/deb/nope.svg')).status, 404)
  })

  it('give a feed of what changed, with ids that stay', async () => {
    const read = async (): Promise<string> => (await get('/feeds/deb/hello.atom')).text()
    const [first, second] = [await read(), await read()]
    assert.equal(first, second)
    const ids = [...first.matchAll(/<id>urn:uuid:(.*?)<\/id>/g)].map(([, id]) => id)
    assert.ok(ids.length > 5)
    assert.equal(new Set(ids).size, ids.length)
    assert.match(await (await get('/feeds/dist/lint.atom')).text(), /<updated>20/)
    const ofCheck = await (await get('/feeds/deb/hello/manual-page.atom')).text()
    assert.match(ofCheck, /manual-page broke: 2\.12\.1-1\.8 on trixie/)
    assert.doesNotMatch(ofCheck, /reproducible/)
    const ofMaintainer = await (await get('/feeds/~berthold.atom')).text()
    assert.match(ofMaintainer, /deb\/hello: manual-page broke/)
    assert.equal((await get('/feeds/~nobody.atom')).status, 404)
  })

  it('of a commit show who wrote it, its files and what it declares', async () => {
    await using folder = await temporaryFolder()
    const manifest = 'checks:\n  smoke:\n    run: ./smoke.sh # <b>\n'
    await commitFiles(folder.path, { 'checks.yaml': manifest, 'smoke.sh': 'true\n', 'a/<b>.txt': 'x' })
    const { repositories, stores, now } = server.services
    await push(folder.path, await repositories.ensure({ namespace: 'dist', name: 'lint' }), '')
    const { id } = await stores.packages.get({ namespace: 'dist', name: 'lint' })
    const { branches } = await repositories.heads({ namespace: 'dist', name: 'lint' })
    const commit = branches.get('main') ?? ''
    const registration = { packageId: id, commit, pushedBy: 'ann', checks: [sampleCheck()], createdAt: now() }
    await stores.registrations.add({ ...registration, branch: 'main' }, true)
    const path = `/packages/dist/lint/commits/${commit}`
    const view = await json(path)
    assert.match(JSON.stringify(view['commit']), /"author":"Ann".*"message":"Checks\\n"/)
    assert.deepEqual(
      (view['files'] as { path: string; size: number }[]).map((file) => [file.path, file.size]),
      [
        ['a/<b>.txt', 1],
        ['checks.yaml', manifest.length],
        ['smoke.sh', 5],
      ],
    )
    const text = await (await get(path)).text()
    assert.match(text, /id="L3"[^]*run: \.\/smoke\.sh # &lt;b&gt;/)
    assert.match(text, /main[^]*current[^]*1 check registered/)
  })
})
