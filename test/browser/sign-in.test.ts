import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import type { OpenIdSettings } from '../../schemas/types.gen.ts'
import { violations } from '../support/axe.ts'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'
import { freePorts } from '../support/free-ports.ts'
import { commitFiles, push } from '../support/git.ts'
import { startProvider, type TestProvider } from '../support/openid-provider.ts'
import { passed, testRunner } from '../support/runner.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { settingsFile } from '../support/settings.ts'
import { addHello, oneExecution } from '../support/site.ts'

const run = promisify(execFile)

describe('signing in with a provider of OpenID Connect, in a browser', () => {
  let folder: TemporaryFolder
  let provider: TestProvider
  let server: TestServer
  let openid: OpenIdSettings
  let port: number
  let portOfMail: number

  before(async () => {
    folder = await temporaryFolder()
    ;[port = 0, portOfMail = 0] = await freePorts(2)
    provider = await startProvider(
      [port, portOfMail].map((one) => `http://127.0.0.1:${one}/sign-in/openid/callback`),
    )
    const clientSecretFile = join(folder.path, 'client-secret')
    await writeFile(clientSecretFile, 's3cret\n')
    openid = { name: 'Test Account', issuer: provider.issuer, clientId: 'assay', clientSecretFile }
    server = await startTestServer({
      listen: { host: '127.0.0.1', port },
      settingsFile: await settingsFile(folder.path, { signIn: { openid } }),
    })
    await addHello(server.services)
  })
  after(async () => {
    await server.close()
    await provider[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  /** The provider's pages want fonts of other sites. */
  const complaintsOfOurs = ({ complaints }: TestBrowser): string[] =>
    complaints.filter((complaint) => complaint.startsWith(server.url))

  /** From a page of ours to the provider's forms and back. */
  async function signIn(page: Page, user: string): Promise<void> {
    await page.getByRole('link', { name: 'Sign in', exact: true }).click()
    await page.getByRole('link', { name: 'Sign in with Test Account' }).click()
    await page.locator('input[name=login]').fill(user)
    await page.locator('input[name=password]').fill('anything')
    await page.locator('button[type=submit]').click()
    await page.locator('button[type=submit]').click()
  }

  it('leads back to where it began, with the buttons that were missing there', async () => {
    const finished = await oneExecution(server.services)
    const runner = testRunner(server.url, await server.token('r', ['runner']))
    await runner.hello()
    await runner.report(await runner.take(finished), passed)
    await using browser = await openBrowser({ script: false })
    const { page } = browser
    await page.goto(`${server.url}/executions/${finished}`)
    assert.equal(await page.getByRole('button', { name: 'Run it again' }).count(), 0)
    await signIn(page, 'ann')
    assert.equal(page.url(), `${server.url}/executions/${finished}`)
    await page.getByRole('link', { name: 'ann', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Run it again' }).click()
    await page.getByText(finished).waitFor()
    const again = await server.services.stores.executions.get(page.url().split('/').at(-1) ?? '')
    assert.deepEqual([again.rerunOf, again.requestedBy], [finished, 'ann'])
    await page.getByRole('button', { name: 'Cancel it' }).click()
    await page.getByText('Cancelled by ann.').waitFor()
    assert.deepEqual(complaintsOfOurs(browser), [])
  })

  it('lets a maintainer make a token to push with, and take it back', async () => {
    await using browser = await openBrowser()
    const { page } = browser
    await page.goto(server.url)
    await signIn(page, 'ann')
    await page.getByRole('link', { name: 'ann', exact: true }).click()
    await page.getByRole('button', { name: 'Make a token to push with' }).click()
    const token = (await page.locator('#made ~ .commands').textContent()) ?? ''
    assert.match(token, /^assay_[0-9a-f]{40}$/)
    await using tree = await temporaryFolder()
    await commitFiles(tree.path, { 'checks.yaml': 'checks:\n  smoke:\n    run: "true"\n' })
    await push(tree.path, `${server.url}/git/deb/hello.git`, token)
    await page.goto(`${server.url}/account`)
    assert.equal(await page.getByText(token).count(), 0, 'the token was shown twice')
    await page.getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('heading', { name: 'Tokens' }).waitFor()
    assert.deepEqual(await server.services.stores.tokens.of('ann'), [])
  })

  it('lets people add and remove keys of ssh, and say what they hear', async () => {
    await using browser = await openBrowser()
    const { page } = browser
    await page.goto(server.url)
    await signIn(page, 'ann')
    await page.goto(`${server.url}/account`)
    const key = join(folder.path, 'key')
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ann@laptop', '-f', key])
    await page.getByLabel('Public key').fill(await readFile(`${key}.pub`, 'utf8'))
    await page.getByRole('button', { name: 'Add a key' }).click()
    await page.getByText('ann@laptop').waitFor()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('ann@laptop').waitFor({ state: 'detached' })
    await page.getByLabel('Of all of them').selectOption('failures')
    await page.getByRole('button', { name: 'Change' }).click()
    await page.getByLabel('Package', { exact: true }).fill('deb/hello')
    await page.getByLabel('Of this package').selectOption('none')
    await page.getByRole('button', { name: 'Follow' }).click()
    await page.getByLabel('Of deb/hello').waitFor()
    assert.deepEqual(await server.services.stores.readers.subscriptions('ann'), [
      { user: 'ann', package: '*', interest: 'failures' },
      { user: 'ann', package: 'deb/hello', interest: 'none' },
    ])
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.getByRole('link', { name: 'Sign in', exact: true }).waitFor()
  })

  it('lets no other account of the provider in under a name that somebody has, until an admin frees it', async () => {
    await using browser = await openBrowser()
    const { page } = browser
    await page.goto(server.url)
    await signIn(page, 'bob')
    await page.getByRole('link', { name: 'bob', exact: true }).waitFor()
    await using other = await openBrowser()
    await other.page.goto(server.url)
    await signIn(other.page, 'bob-the-other')
    await other.page.getByText('Another account of Test Account signs in here as bob.').waitFor()
    await server.services.stores.accounts.free('bob')
    await other.page.goto(server.url)
    await other.page.getByRole('link', { name: 'Sign in', exact: true }).click()
    await other.page.getByRole('link', { name: 'Sign in with Test Account' }).click()
    await other.page.getByRole('link', { name: 'bob', exact: true }).waitFor()
  })

  it('says so where the provider does not say who somebody is', async () => {
    await using browser = await openBrowser()
    const { page } = browser
    await page.goto(server.url)
    await signIn(page, 'nameless')
    await page.getByText('its claim preferred_username is missing').waitFor()
    await page.getByRole('link', { name: 'Sign in', exact: true }).waitFor()
  })

  it('believes an address of mail as a name only where the provider verified it', async () => {
    await using place = await temporaryFolder()
    const byMail = { ...openid, userClaim: 'email', scopes: 'openid email' }
    await using other = await startTestServer({
      listen: { host: '127.0.0.1', port: portOfMail },
      settingsFile: await settingsFile(place.path, { signIn: { openid: byMail } }),
    })
    await using browser = await openBrowser()
    const { page } = browser
    await page.goto(other.url)
    await signIn(page, 'unverified')
    await page.getByText('has not verified the address unverified@example.org').waitFor()
    await browser.context.clearCookies()
    await page.goto(other.url)
    await signIn(page, 'ann')
    await page.getByRole('link', { name: 'ann@example.org', exact: true }).waitFor()
  })

  it('refuses answers that nobody asked for', async () => {
    const response = await fetch(`${server.url}/sign-in/openid/callback?code=x&state=y`)
    assert.equal(response.status, 400)
    assert.match(await response.text(), /SIGN_IN_EXPIRED/)
  })

  const views = {
    'on a wide screen': {},
    'on a telephone': { width: 360, height: 740 },
    'in the dark': { scheme: 'dark' },
  } as const
  for (const [where, settings] of Object.entries(views))
    it(`has pages that everybody can use ${where}`, async () => {
      await using browser = await openBrowser(settings)
      const { page } = browser
      await page.goto(`${server.url}/sign-in`)
      const look = async (): Promise<void> => {
        assert.deepEqual(await violations(page), [], page.url())
        const wider = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
        assert.equal(await page.evaluate(wider), 0, page.url())
        if (process.env['PICTURES'] !== undefined)
          await page.screenshot({
            path: `${process.env['PICTURES']}/${where.replaceAll(' ', '-')}-${new URL(page.url()).pathname.split('/').at(1)}.png`,
            fullPage: true,
          })
      }
      await look()
      await signIn(page, 'ann')
      await page.goto(`${server.url}/account`)
      await look()
      await page.goto(`${server.url}/executions/${await oneExecution(server.services)}`)
      await look()
      assert.deepEqual(complaintsOfOurs(browser), [])
    })
})
