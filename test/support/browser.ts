/** A profile of its own in the real browser of the run, which remembers everything that it complained about. */
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { shared } from './shared.ts'

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

/** Milliseconds that a page may take for anything: only to end a hang. */
const patience = 50_000

export async function openBrowser(settings: BrowserSettings = {}): Promise<TestBrowser> {
  const { width = 1280, height = 900, scheme = 'light', script = true } = settings
  const browser: Browser = await chromium.connect(await shared<string>('chromium'))
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    javaScriptEnabled: script,
  })
  context.setDefaultTimeout(patience)
  const complaints: string[] = []
  const page = await context.newPage()
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
      await browser.close()
    },
  }
}
