/** A real browser with a fresh profile, which remembers everything that it complained about. */
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { temporaryFolder } from './folder.ts'

export interface TestBrowser extends AsyncDisposable {
  context: BrowserContext
  page: Page
  /** Errors and warnings of the console, violations of a policy included, and scripts that broke. */
  complaints: string[]
}

export interface BrowserSettings {
  width?: number
  height?: number
  scheme?: 'light' | 'dark'
  script?: boolean
}

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]

export async function openBrowser(settings: BrowserSettings = {}): Promise<TestBrowser> {
  const { width = 1280, height = 900, scheme = 'light', script = true } = settings
  const folder = await temporaryFolder()
  const context = await chromium.launchPersistentContext(join(folder.path, 'profile'), {
    executablePath: '/usr/bin/chromium',
    args: flags,
    viewport: { width, height },
    colorScheme: scheme,
    javaScriptEnabled: script,
  })
  const complaints: string[] = []
  const page = context.pages()[0] ?? (await context.newPage())
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${page.url()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
  return {
    context,
    page,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}
