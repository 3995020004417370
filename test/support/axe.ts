/** axe-core in a page: what it finds against people who read with other than good eyes and a mouse. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { BrowserContext, Page } from 'playwright-core'

const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const haveIt = new WeakSet<BrowserContext>()

/** Rules that see a page as it is painted; the others see the same page in every colour and on every screen. */
export const rulesOf = {
  colours: ['color-contrast', 'link-in-text-block'],
  layout: ['scrollable-region-focusable', 'meta-viewport', 'css-orientation-lock', 'hidden-content'],
} as const

/** The violations of these rules, by default of all that axe-core has for WCAG 2 and good practice, with where they are. */
export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  await bringTo(page)
  const options = JSON.stringify({ resultTypes: ['violations'], ...(rules && { runOnly: rules }) })
  return page.evaluate<string[]>(`axe.run(document, ${options}).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => [id, html, failureSummary].join(' | ')))
  )`)
}

/** Once for all that the page will show: to send half a megabyte takes as long as to look. */
async function bringTo(page: Page): Promise<void> {
  const context = page.context()
  if (haveIt.has(context)) return
  haveIt.add(context)
  await context.addInitScript({ content: await source })
  await page.evaluate(await source)
}
