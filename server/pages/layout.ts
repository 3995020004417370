/** What every page has around its content: head, banner, search, footer. */
import { assets } from './assets.ts'
import { encoded, html, type Html } from './html.ts'
import { sprite } from './marks.ts'

export interface PageFrame {
  title: string
  /** Where this page is, from the front page on: `[words, path]`; the page itself has no path. */
  trail?: readonly (readonly [string, string | null])[]
  content: Html
  /** Path of a feed about what the page shows. */
  feed?: string
  /** Whether the page goes on by itself while something runs. */
  live?: boolean
  /** What is in the search box. */
  query?: string
}

/** Who looks at a page, and where it lies. */
export interface PageContext {
  /** null: nobody who signed in. */
  user: string | null
  /** Path and query. */
  address: string
}

/** A whole HTML document, but for what differs by who looks at it. */
export type Document = (context: PageContext) => Html

export const page =
  ({ title, trail = [], content, feed, live = false, query = '' }: PageFrame): Document =>
  (context) =>
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <title>${title} · Assay</title>
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <link rel="stylesheet" href="${assets.style.url}" />
          <link rel="icon" href="${assets.mark.url}" type="image/svg+xml" />
          ${feed && html`<link rel="alternate" type="application/atom+xml" title="Changes of verdict" href="${feed}" />`}
          ${live && html`<script src="${assets.live.url}" defer></script>`}
        </head>
        <body>
          ${sprite}
          <a class="skip" href="#content">Skip to content</a>
          <header class="banner">
            <div class="wide">
              <a class="brand" href="/"
                ><img src="${assets.mark.url}" alt="" width="26" height="26" /> Assay</a
              >
              <nav aria-label="Site">
                <a href="/runners">Runners</a> <a href="/messages">Messages</a> ${account(context)}
              </nav>
              <form role="search" action="/search" method="get">
                <input
                  type="search"
                  name="q"
                  value="${query}"
                  aria-label="Search"
                  placeholder="Package, version or id"
                  maxlength="200"
                  autocomplete="off"
                  spellcheck="false"
                />
                <button>Search</button>
              </form>
            </div>
          </header>
          <main id="content" class="wide" tabindex="-1">
            ${trail.length > 0 && breadcrumb(trail)} ${content}
          </main>
          <footer class="wide">
            <p>
              Checks owned by the maintainers of packages, each run in a fresh machine. This page is also
              <abbr title="the same address with the header Accept: application/json">JSON</abbr>.
            </p>
          </footer>
        </body>
      </html> `

/** Signing in leads back to where it was asked for. */
const account = ({ user, address }: PageContext): Html =>
  user === null
    ? html`<a href="/sign-in?back=${encoded(address)}" rel="nofollow">Sign in</a>`
    : html`<a href="/account"><bdi>${user}</bdi></a>`

const breadcrumb = (trail: NonNullable<PageFrame['trail']>): Html =>
  html`<nav class="trail" aria-label="Breadcrumb">
    <ol>
      ${trail.map(([words, path]) =>
        path === null
          ? html`<li aria-current="page"><bdi>${words}</bdi></li>`
          : html`<li>
              <a href="${path}"><bdi>${words}</bdi></a>
            </li>`,
      )}
    </ol>
  </nav>`
