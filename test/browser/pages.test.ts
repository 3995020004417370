import assert from 'node:assert/strict'
import { rulesOf, violations } from '../support/axe.ts'
import { openBrowser, type BrowserSettings } from '../support/browser.ts'
import { temporaryFolder } from '../support/folder.ts'
import { commitFiles, push } from '../support/git.ts'
import { fillMessages } from '../support/messages.ts'
import type { TestServer } from '../support/server.ts'
import { openVisitedSite } from '../support/visited-site.ts'

/** The address of a commit with many a file, as a push would leave it. */
async function commitOfLint({ services }: TestServer): Promise<string> {
  await using folder = await temporaryFolder()
  const lint = { namespace: 'dist', name: 'lint' }
  const summary = `prose of ${'very '.repeat(60)}many words`
  await commitFiles(folder.path, {
    'checks.yaml': `checks:\n  lintian:\n    summary: ${summary}\n    run: ./lint.sh\n`,
    'lint.sh': 'lintian\n',
    [`${'a-folder-with-a-long-name/'.repeat(8)}file`]: 'x',
  })
  await push(folder.path, await services.repositories.ensure(lint), '')
  const { branches } = await services.repositories.heads(lint)
  return `/packages/dist/lint/commits/${branches.get('main') ?? ''}`
}

/** Pixels by which the page is wider than what shows it. */
const widerThanScreen = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'

describe('pages in a browser', () => {
  let server: TestServer
  let pages: string[]

  before(async () => {
    const visited = await openVisitedSite()
    server = visited.server
    const { build, executions, commits } = visited.site
    await fillMessages(server.services)
    pages = [
      '/',
      '/packages/deb/hello',
      '/packages/dist/lint',
      `/builds/${build}`,
      '/runners',
      '/messages',
      '/search?q=hello',
      '/packages/deb/hello/checks/survives-a-reboot',
      `/packages/deb/hello/compare/${commits.join('/')}`,
      '/maintainers/ann',
      '/search?package=deb/hello&outcome=failed',
      `/executions/${executions.failed}/compare`,
    ]
    pages.push(...Object.values(executions).map((id) => `/executions/${id}`), await commitOfLint(server))
  })
  after(() => server.close())

  const views: Record<string, [BrowserSettings, rules?: readonly string[]]> = {
    'on a wide screen': [{}],
    'on a telephone': [{ width: 360, height: 740 }, rulesOf.layout],
    'in the dark': [{ scheme: 'dark' }, rulesOf.colours],
  }
  for (const [where, [settings, rules]] of Object.entries(views))
    it(`load without a complaint, fit and can be used by everybody ${where}`, async function () {
      this.timeout(300_000)
      await using browser = await openBrowser(settings)
      for (const path of pages) {
        await browser.page.goto(server.url + path)
        // Tables scroll in frames of their own.
        assert.equal(await browser.page.evaluate(widerThanScreen), 0, path)
        assert.deepEqual(await violations(browser.page, rules), [], path)
      }
      assert.deepEqual(browser.complaints, [])
    })

  it('let the keyboard skip to the content', async () => {
    await using browser = await openBrowser()
    const { page } = browser
    await page.goto(`${server.url}/packages/deb/hello`)
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to content')
    assert.ok(((await page.locator('.skip').boundingBox())?.y ?? -1) >= 0, 'the link cannot be seen')
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate('document.activeElement.id'), 'content')
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.closest("main") !== null'), true)
  })

  it('work without script: from the search to the failing line of a log', async () => {
    await using browser = await openBrowser({ script: false })
    const { page } = browser
    await page.goto(server.url)
    await page.getByRole('searchbox').fill('hello')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('link', { name: 'deb/hello' }).click()
    await page.getByRole('link', { name: 'Read its log' }).first().click()
    await page.getByText('not ok 641').first().waitFor()
    await page.getByRole('link', { name: 'Earlier lines' }).click()
    await page.locator('#L1').waitFor()
    await page.getByRole('link', { name: 'Line 400' }).click()
    assert.match(page.url(), /line=400#L400$/)
    assert.ok(await page.locator('#L400').isVisible())
  })

  it('are found to be well-formed XML where they are feeds and badges', async () => {
    await using browser = await openBrowser()
    await browser.page.goto(server.url)
    for (const [path, root] of [
      ['/feeds/deb/hello.atom', 'feed'],
      ['/feeds/dist/lint.atom', 'feed'],
      ['/badges/deb/hello.svg', 'svg'],
    ] as const) {
      const text = JSON.stringify(await (await fetch(server.url + path)).text())
      const parsed = `new DOMParser().parseFromString(${text}, 'application/xml')`
      assert.equal(await browser.page.evaluate(`${parsed}.documentElement.localName`), root, path)
      assert.equal(await browser.page.evaluate(`${parsed}.querySelector('parsererror')`), null, path)
    }
  })
})
