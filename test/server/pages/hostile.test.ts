import assert from 'node:assert/strict'
import { accountPage } from '../../../server/pages/account-page.ts'
import { badge } from '../../../server/pages/badge.ts'
import { buildPage } from '../../../server/pages/build-page.ts'
import { checkPage } from '../../../server/pages/check-page.ts'
import { commitPage } from '../../../server/pages/commit-page.ts'
import { comparePage } from '../../../server/pages/compare-page.ts'
import { errorPage } from '../../../server/pages/error-page.ts'
import { executionComparePage } from '../../../server/pages/execution-compare-page.ts'
import { executionPage } from '../../../server/pages/execution-page.ts'
import { feed } from '../../../server/pages/feed.ts'
import { frontPage } from '../../../server/pages/front-page.ts'
import type { Html } from '../../../server/pages/html.ts'
import type { Document } from '../../../server/pages/layout.ts'
import { maintainerPage } from '../../../server/pages/maintainer-page.ts'
import { messagesPage } from '../../../server/pages/messages-page.ts'
import { packagePage } from '../../../server/pages/package-page.ts'
import { runnersPage } from '../../../server/pages/runners-page.ts'
import { searchPage } from '../../../server/pages/search-page.ts'
import { signInPage } from '../../../server/pages/sign-in-page.ts'
import { unsubscribePage } from '../../../server/pages/unsubscribe-page.ts'
import * as views from './sample-views.ts'

const evil = `"'><script>alert(1)</script><img src=x onerror=alert(2)>&\u202Egnp\u202C\u0007\u001b[31m\ud800${'w'.repeat(3000)}`

/** Fields whose form the site itself decides; every other text is a stranger's. */
const ours = new Set(['state', 'outcome', 'became', 'mark', 'mode', 'accelerator', 'concerns'])
const isOurs = (key: string, text: string): boolean =>
  ours.has(key) || key.endsWith('At') || key === 'date' || key.endsWith('Url') || /^01a2/.test(text)

/** `view` with every stranger's text replaced. */
const poisoned = <T>(view: T): T =>
  JSON.parse(JSON.stringify(view), (key, value: unknown) =>
    typeof value === 'string' && !isOurs(key, value) ? evil : value,
  ) as T

const { now } = views
/** As somebody hostile who signed in would see it. */
const context = { user: evil, address: `/${evil}` }

const pages: Record<string, () => Html | Document> = {
  front: () => frontPage(poisoned(views.frontView), now),
  package: () => packagePage(poisoned(views.packageView), now),
  commit: () => commitPage(poisoned(views.commitView), now),
  check: () => checkPage(poisoned(views.checkView), now),
  compare: () => comparePage(poisoned(views.compareView), now),
  maintainer: () => maintainerPage(poisoned(views.maintainerView)),
  build: () => buildPage(poisoned({ build: views.build, executions: [views.execution], why: {} }), now),
  execution: () => executionPage(poisoned(views.executionView), now),
  executionCompare: () => executionComparePage(poisoned(views.executionCompareView), now),
  runners: () => runnersPage(poisoned(views.runnersView), now),
  messages: () => messagesPage(poisoned(views.messagesView), now),
  search: () => searchPage(poisoned(views.searchView), now),
  unsubscribe: () => unsubscribePage({ user: evil, about: evil, isDone: true }),
  signIn: () => signInPage({ provider: evil, back: evil, refusal: evil }),
  account: () => accountPage(poisoned(views.accountView), evil, now, evil),
  error: () => errorPage({ type: evil, title: evil, status: 404, detail: evil, code: evil }),
  feed: () => feed(poisoned(views.feedView)),
  badge: () => badge(evil, 'passed'),
}

describe('what strangers say on pages', () => {
  for (const [name, make] of Object.entries(pages))
    it(`is text and nothing else: ${name}`, () => {
      const made = make()
      const markup = (typeof made === 'function' ? made(context) : made).toString()
      assert.ok(markup.includes('alert(1)'), 'nothing hostile was shown')
      assert.doesNotMatch(markup, /<script>|<img src=x/)
      assert.doesNotMatch(markup, /[\u202a-\u202e\u2066-\u2069]|[^\P{Cc}\s]|\p{Cs}/u)
      for (const [tag] of markup.matchAll(/<[a-z][^>]*>/g))
        assert.doesNotMatch(tag.replaceAll(/"[^"]*"/g, '""'), /\s(style|on[a-z]+)=|href=[^"]/i)
    })

  it('never becomes a link that runs something', () => {
    const bad = {
      ...views.build,
      origin: 'javascript:alert(1)',
      artifacts: [{ name: 'x', url: 'data:text/html,x', sha256: 'a' }],
    }
    const markup = buildPage({ build: bad, executions: [], why: {} }, now)(context).toString()
    assert.doesNotMatch(markup, /href="(javascript|data):/)
    assert.ok(markup.includes('javascript:alert(1)'))
  })
})
