import assert from 'node:assert/strict'
import { openBrowser } from '../support/browser.ts'
import { temporaryFolder } from '../support/folder.ts'
import { commitFiles, push } from '../support/git.ts'
import { fillSite } from '../support/rich-site.ts'
import { startTestServer, type TestServer } from '../support/server.ts'

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

const headingLevels = `[...document.querySelectorAll('h1, h2, h3, h4')].map((one) => Number(one.tagName[1]))`

/** Contrast of text with what is behind it, for every kind of chip, small text and link on the page (WCAG 2). */
const contrasts = `(() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => {
    const [R, G, B] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * R + 0.7152 * G + 0.0722 * B
  }
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor)
      if (colour.length < 4 || colour[3] > 0) return colour
    }
    return [255, 255, 255]
  }
  const found = {}
  for (const element of document.querySelectorAll('.chip, .muted, .tag, .summary, a, h1, p, th, td, code, summary, .line > a')) {
    const [one, other] = [light(parse(getComputedStyle(element).color)), light(behind(element))]
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
    const kind = element.tagName + '.' + element.className
    found[kind] = Math.min(found[kind] ?? 21, contrast)
  }
  return Object.entries(found)
})()`

describe('pages in a browser', () => {
  let server: TestServer
  let pages: string[]

  before(async () => {
    server = await startTestServer()
    const { build, executions } = await fillSite(server.services)
    pages = [
      '/',
      '/packages/deb/hello',
      '/packages/dist/lint',
      `/builds/${build}`,
      '/runners',
      '/search?q=hello',
    ]
    pages.push(...Object.values(executions).map((id) => `/executions/${id}`), await commitOfLint(server))
  })
  after(() => server.close())

  it('load without a complaint, in both colour schemes', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      await using browser = await openBrowser({ scheme })
      for (const path of pages) await browser.page.goto(server.url + path)
      assert.deepEqual(browser.complaints, [])
    }
  })

  it('fit a telephone of 360 pixels: tables scroll in frames of their own', async () => {
    await using browser = await openBrowser({ width: 360, height: 740 })
    for (const path of pages) {
      await browser.page.goto(server.url + path)
      assert.equal(await browser.page.evaluate(widerThanScreen), 0, path)
    }
  })

  it('can be read by everybody: text stands out from its ground, light and dark', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      await using browser = await openBrowser({ scheme })
      for (const path of pages) {
        await browser.page.goto(server.url + path)
        for (const [kind, contrast] of await browser.page.evaluate<[string, number][]>(contrasts))
          assert.ok(contrast >= 4.5, `${path}, ${scheme}: ${kind} has ${contrast.toFixed(2)}`)
      }
    }
  })

  it('have landmarks, one first heading, headings in order and named regions', async () => {
    await using browser = await openBrowser()
    for (const path of pages) {
      const { page } = browser
      await page.goto(server.url + path)
      for (const landmark of ['header.banner', 'main', 'footer', 'h1', 'html[lang]'])
        assert.equal(await page.locator(landmark).count(), 1, `${path}: ${landmark}`)
      const levels = await page.evaluate<number[]>(headingLevels)
      levels.forEach((level, at) =>
        assert.ok(level - (levels[at - 1] ?? 0) <= 1, `${path}: ${levels.join(' ')}`),
      )
      assert.equal(
        await page
          .locator(
            '[role=region]:not([aria-label]), section:not([aria-labelledby]):not([aria-label]):not(.card)',
          )
          .count(),
        0,
        path,
      )
      assert.equal(
        await page.locator('table tr:has(td):not(:has(th)):not(:has(td[colspan])), img:not([alt])').count(),
        0,
        path,
      )
    }
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
    await page.getByText('not ok 641').waitFor()
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
