import assert from 'node:assert/strict'
import { temporaryFolder } from '../../support/folder.ts'
import { commitFiles, push } from '../../support/git.ts'
import { assertProblem } from '../../support/problem.ts'
import { sampleCheck } from '../../support/checks.ts'
import { asHtml, asJson, openVisitedSite, type VisitedSite } from '../../support/visited-site.ts'

describe('pages over HTTP', () => {
  let visited: VisitedSite
  let pages: string[]

  before(async () => {
    visited = await openVisitedSite()
    const { site } = visited
    const executions = Object.values(site.executions).map((id) => `/executions/${id}`)
    pages = ['/', '/packages/deb/hello', '/packages/dist/lint', `/builds/${site.build}`, ...executions]
    const checks = '/packages/deb/hello/checks'
    pages.push('/runners', '/search?q=2.12', '/search', '/maintainers/ann', `${checks}/survives-a-reboot`)
    pages.push(`/packages/deb/hello/compare/${site.commits.join('/')}`, '/search?package=deb/hello')
    pages.push(`/executions/${site.executions.failed}/compare`)
  })
  after(() => visited.close())

  it('are HTML for browsers and JSON for whoever prefers it, at the same address', async () => {
    for (const path of pages) {
      for (const [headers, type] of [
        [asHtml, /^text\/html/],
        [asJson, /^application\/json/],
      ] as const) {
        const response = await visited.get(path, headers)
        await response.arrayBuffer()
        assert.equal(response.status, 200, path)
        assert.match(response.headers.get('content-type') ?? '', type, path)
        assert.match(response.headers.get('vary') ?? '', /accept/i, path)
      }
    }
  })

  it('may load nothing but what is ours, and are framed by nobody', async () => {
    for (const path of [...pages, '/nowhere']) {
      const response = await visited.get(path)
      const policy = response.headers.get('content-security-policy') ?? ''
      assert.match(policy, /^default-src 'none';/, path)
      assert.match(policy, /base-uri 'none'; frame-ancestors 'none'$/)
      assert.doesNotMatch(policy, /unsafe|\*|https?:/)
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
      assert.doesNotMatch(await response.text(), / style="|<style|<script(?! src="\/assets\/)/, path)
    }
  })

  it('answer to HEAD, and to a repeated look with 304', async () => {
    const head = await visited.get('/packages/dist/lint', asHtml, 'HEAD')
    assert.deepEqual([head.status, await head.text()], [200, ''])
    const known = { 'if-none-match': head.headers.get('etag') ?? '', 'cache-control': 'max-age=0' }
    const again = await visited.get('/packages/dist/lint', { ...asHtml, ...known })
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
    missing.push(`/packages/deb/hello/compare/${visited.site.commits[0]}/${'f'.repeat(40)}`)
    for (const path of missing) {
      const page = await visited.get(path)
      assert.equal(page.status, 404, path)
      assert.match(await page.text(), /<h1>Not Found<\/h1>/)
      await assertProblem(await visited.get(path, asJson), 404, 'NOT_FOUND')
      await assertProblem(await visited.get(path, { accept: '*/*' }), 404, 'NOT_FOUND')
    }
    assert.equal((await visited.get('/packages/%zz/x')).status, 400)
    assert.equal((await visited.get('/search?q=a&q=b')).status, 400)
  })

  it('of a package tell programs its verdict, its troubles and its registrations', async () => {
    const found = await visited.json('/packages/deb/hello')
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
    const text = await (await visited.get('/packages/deb/hello')).text()
    const [before, after] = visited.site.commits
    assert.ok(text.includes(`href="/packages/deb/hello/compare/${before}/${after}"`))
    const { changed } = (await visited.json('/packages/deb/hello')) as {
      changed: Record<string, { what: string }[]>
    }
    const kinds = Object.values(changed).map((differences) => differences.map(({ what }) => what).join(' '))
    assert.deepEqual([...new Set(kinds)].sort(), ['version', 'version commit', 'version imageDigest'])
  })

  it('of a check show what it did everywhere, page by page, and say when it is flaky', async () => {
    const path = '/packages/deb/hello/checks/survives-a-reboot'
    const view = await visited.json(path)
    const standing = view['standing'] as { release: string; flaky: { times: number } | null }[]
    assert.deepEqual(
      standing.filter(({ flaky }) => flaky).map(({ release, flaky }) => [release, flaky?.times]),
      [['trixie', 3]],
    )
    assert.match(await (await visited.get(path)).text(), /It is flaky: at one commit it/)
    const [first] = view['executions'] as { id: string }[]
    const cursor = Buffer.from(first?.id ?? '').toString('base64url')
    const older = (await visited.json(`${path}?cursor=${cursor}`))['executions'] as { id: string }[]
    assert.ok(!older.some(({ id }) => id === first?.id) && older.length > 0)
    assert.equal((await visited.get(`${path}?cursor=x`)).status, 400)
  })

  it('of two commits show what the one changed since the other', async () => {
    const path = `/packages/deb/hello/compare/${visited.site.commits.join('/')}`
    const { changes } = (await visited.json(path)) as { changes: { files: { path: string }[] } }
    assert.deepEqual(
      changes.files.map((file) => file.path),
      ['checks.yaml', 'new.sh', 'smoke.sh'],
    )
    const text = await (await visited.get(path)).text()
    assert.match(text, /<del>-hello<\/del><ins>\+hello \| grep -q world<\/ins>/)
  })

  it('of a maintainer list what needs them first', async () => {
    const { packages } = (await visited.json('/maintainers/ann')) as {
      packages: { package: string; mark: string }[]
    }
    assert.deepEqual(
      packages.map((one) => [one.package, one.mark]),
      [['deb/hello', 'failed']],
    )
  })

  it('of an execution tell programs what the API does, and why it waits', async () => {
    const { scheduled } = visited.site.executions
    const [page, api] = [
      await visited.json(`/executions/${scheduled}`),
      await visited.json(`/api/v1/executions/${scheduled}`),
    ]
    for (const key of Object.keys(api)) assert.deepEqual(page[key], api[key], key)
    assert.match(
      String(page['why']),
      /None of the runners that are there has machines of architecture aarch64\./,
    )
  })

  it('put an execution beside the last one that held', async () => {
    const view = (await visited.json(`/executions/${visited.site.executions.failed}/compare`)) as {
      good: { id: string; outcome: string } | null
      differences: { what: string }[]
    }
    assert.equal(view.good?.outcome, 'passed')
    assert.ok(view.differences.some(({ what }) => what === 'version'))
    const { attempts } = visited.server.services.stores
    await attempts.setPackages(view.good.id, 1, ['libc6 2.36-9', 'gone 1', 'same 1'])
    await attempts.setPackages(visited.site.executions.failed, 1, ['libc6 2.36-10', 'new 1', 'same 1'])
    const compared = await (await visited.get(`/executions/${visited.site.executions.failed}/compare`)).text()
    const words = compared.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
    assert.match(words, /gone 1 → not installed libc6 2\.36-9 → 2\.36-10 new not installed → 1/)
    assert.doesNotMatch(words, / same /)
    const never = await visited.get(`/executions/${visited.site.executions.skipped}/compare`)
    assert.match(await never.text(), /is on record for this release and\s+architecture/)
  })

  it('of a commit show who wrote it, its files and what it declares', async () => {
    await using folder = await temporaryFolder()
    const manifest = 'checks:\n  smoke:\n    run: ./smoke.sh # <b>\n'
    await commitFiles(folder.path, { 'checks.yaml': manifest, 'smoke.sh': 'true\n', 'a/<b>.txt': 'x' })
    const { repositories, stores, now } = visited.server.services
    await push(folder.path, await repositories.ensure({ namespace: 'dist', name: 'lint' }), '')
    const { id } = await stores.packages.get({ namespace: 'dist', name: 'lint' })
    const { branches } = await repositories.heads({ namespace: 'dist', name: 'lint' })
    const commit = branches.get('main') ?? ''
    const registration = { packageId: id, commit, pushedBy: 'ann', checks: [sampleCheck()], createdAt: now() }
    await stores.registrations.add({ ...registration, branch: 'main' }, true)
    const path = `/packages/dist/lint/commits/${commit}`
    const view = await visited.json(path)
    assert.match(JSON.stringify(view['commit']), /"author":"Ann".*"message":"Checks\\n"/)
    assert.deepEqual(
      (view['files'] as { path: string; size: number }[]).map((file) => [file.path, file.size]),
      [
        ['a/<b>.txt', 1],
        ['checks.yaml', manifest.length],
        ['smoke.sh', 5],
      ],
    )
    const text = await (await visited.get(path)).text()
    assert.match(text, /id="L3"[^]*run: \.\/smoke\.sh # &lt;b&gt;/)
    assert.match(text, /main[^]*current[^]*1 check registered/)
  })
})
