import assert from 'node:assert/strict'
import { violations } from '../support/axe.ts'
import { openBrowser } from '../support/browser.ts'
import { past } from '../support/past.ts'
import type { TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { openVisitedSite } from '../support/visited-site.ts'

/** A page of a check that tries whatever a page may try, and writes down what came of it. */
const hostile = `<!doctype html><title>report</title><h1>A report</h1><pre id="told"></pre><script>
  const told = document.getElementById('told')
  const attempt = async (name, work) => {
    let came
    try { came = String(await work()) } catch (error) { came = 'refused' }
    told.textContent += name + ': ' + came + '\\n'
  }
  const all = async () => {
    await attempt('origin', () => self.origin)
    await attempt('cookie', () => document.cookie)
    await attempt('storage', () => localStorage.length)
    await attempt('parent', () => parent === self ? 'alone' : parent.document.title)
    await attempt('api', async () => (await fetch('/api/v1/executions', { credentials: 'include' })).status)
    await attempt('elsewhere', async () => (await fetch('https://example.org/', { mode: 'no-cors' })).type)
    await attempt('window', () => open('/') === null ? 'refused' : 'opened')
    await attempt('top', () => { if (top === self) return 'alone'; top.location = 'about:blank'; return 'asked' })
    const form = document.createElement('form')
    form.action = '/api/v1/executions'
    form.method = 'post'
    document.body.append(form)
    form.submit()
    const script = document.createElement('script')
    script.src = '/assets/live.js'
    await attempt('script', () => new Promise((loaded, failed) => {
      script.onload = () => loaded('loaded')
      script.onerror = failed
      document.body.append(script)
    }))
    told.textContent += 'end'
  }
  void all()
</script>`

/** Pixels by which the page is wider than what shows it. */
const widerThanScreen = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'

describe('what an execution left, in a browser', () => {
  let server: TestServer
  let id: string
  let base: string

  before(async () => {
    const visited = await openVisitedSite()
    server = visited.server
    id = visited.site.executions.failed
    base = `/executions/${id}`
    await past(server.services).artifact(id, 'hostile.html', hostile)
  })
  after(() => server.close())

  const refused = {
    cookie: 'refused',
    storage: 'refused',
    api: 'refused',
    elsewhere: 'refused',
    window: 'refused',
    script: 'refused',
  }
  const outcomes = (text: string): Record<string, string> =>
    Object.fromEntries([...text.matchAll(/^(\w+): (.*)$/gm)].map(([, name = '', came = '']) => [name, came]))

  it('shuts off a page that a check wrote: no cookie, no API, no other page, no way out', async () => {
    await using browser = await openBrowser()
    const { page, context } = browser
    await context.addCookies([{ name: 'session', value: 'secret', url: server.url }])
    const address = `${server.url}${base}/view/artifacts/hostile.html`
    await page.goto(address)
    const frame = await until('the frame', () => page.frames().find((one) => one.url().includes('as=page')))
    await frame.getByText('end').waitFor()
    const seen = outcomes((await frame.locator('#told').textContent()) ?? '')
    assert.deepEqual(seen, { ...refused, origin: 'null', parent: 'refused', top: 'refused' })
    assert.equal(page.url(), address)
    assert.equal(context.pages().length, 1)
  })

  it('shuts it off as well where somebody opens its address by itself', async () => {
    await using browser = await openBrowser()
    const { page, context } = browser
    await context.addCookies([{ name: 'session', value: 'secret', url: server.url }])
    await page.goto(`${server.url}${base}/artifacts/hostile.html?as=page`)
    await page.getByText('end').waitFor()
    const seen = outcomes((await page.locator('#told').textContent()) ?? '')
    assert.deepEqual(seen, { ...refused, origin: 'null', parent: 'alone', top: 'alone' })
  })

  it('is read without script: found, gone to, pointed at', async () => {
    await using browser = await openBrowser({ script: false })
    const { page } = browser
    await page.goto(`${server.url}${base}`)
    await page.getByRole('link', { name: 'Search in it' }).click()
    await page.getByRole('searchbox', { name: 'Words to find' }).fill('not ok')
    await page.getByRole('button', { name: 'Find' }).click()
    await page.getByRole('link', { name: 'Line 641' }).click()
    assert.ok(await page.locator('#L641.marked').isVisible())
    await page.getByRole('textbox', { name: /Line, or lines/ }).fill('20-22')
    await page.getByRole('button', { name: 'Go to line' }).click()
    assert.equal(await page.locator('.marked').count(), 3)
    assert.deepEqual(browser.complaints, [])
  })

  it('can be used by everybody, in every colour of a terminal', async () => {
    const colours = Array.from(
      { length: 8 },
      (_, at) =>
        `\u001b[3${at}mink ${at}\u001b[0m \u001b[4${at}mground ${at}\u001b[0m \u001b[1;2mbold and faint`,
    )
    await past(server.services).artifact(id, 'colours.log', `${colours.join('\n')}\n`)
    for (const scheme of ['light', 'dark'] as const) {
      await using browser = await openBrowser({ scheme, width: 360, height: 740 })
      const { page } = browser
      for (const path of ['view/log?line=5', 'view/log?find=ok', 'view/artifacts/colours.log']) {
        await page.goto(`${server.url}${base}/${path}`)
        assert.equal(await page.evaluate(widerThanScreen), 0, path)
        assert.deepEqual(await violations(page), [], `${path}, ${scheme}`)
      }
      assert.deepEqual(browser.complaints, [])
    }
  })
})
