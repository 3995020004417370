/** The front page: what happened lately. */
import type { NewsItem } from '../../core/news.ts'
import type { Change } from '../../core/changes.ts'
import { html, type Html } from './html.ts'
import { page, type Document } from './layout.ts'
import { chip, counted, countWords } from './marks.ts'
import { moment } from './moment.ts'
import { buildPath, executionPath, packagePath } from './paths.ts'

export interface FrontView {
  counts: { packages: number; scheduled: number; running: number }
  news: NewsItem[]
}

export const frontPage = (view: FrontView, now: string): Document =>
  page({
    title: 'Checks of packages',
    live: view.counts.running + view.counts.scheduled > 0,
    content: html`
      <header class="head">
        <h1>What changed lately</h1>
        <p class="lead" data-live="counts">${summary(view.counts)}</p>
      </header>
      <div data-live="news">
        ${view.news.length > 0 ? newsList(view.news, now) : view.counts.packages > 0 ? waitingForBuilds : howToBegin}
      </div>
    `,
  })

const summary = ({ packages, scheduled, running }: FrontView['counts']): string =>
  `${counted(packages, 'package')}; ${
    scheduled + running > 0
      ? `${running} running and ${scheduled} waiting now`
      : 'nothing is waiting or running'
  }.`

const newsList = (items: readonly NewsItem[], now: string): Html =>
  html`<ol class="news">
    ${items.map((item) => newsItem(item, now))}
  </ol>`

const newsItem = ({ build, mark, counts, changes }: NewsItem, now: string): Html =>
  html`<li class="card">
    <h2>
      <a href="${packagePath(build.package)}">${build.package}</a>
      <a class="version" href="${buildPath(build.id)}"><bdi>${build.version}</bdi></a>
    </h2>
    <p class="what">
      ${mark ? html`${chip(mark)} <span class="muted">${countWords(counts)}</span>` : 'No checks ran.'}
    </p>
    ${changes.length > 0 && html`<p class="changes">${changesWords(changes)}</p>`}
    <p class="when"><bdi>${build.release}</bdi> · ${moment(build.createdAt, now)}</p>
  </li>`

function changesWords(changes: readonly Change[]): Html {
  const ofKind = (became: Change['became']) => changes.filter((change) => change.became === became)
  const [broken, mended] = [ofKind('broken'), ofKind('mended')]
  return html`${broken.length > 0 && html`<strong>Broke:</strong> ${links(broken)}${mended.length > 0 && '. '}`}
  ${mended.length > 0 && html`<strong>Mended:</strong> ${links(mended)}`}`
}

const links = (changes: readonly Change[]): Html =>
  html`${changes
    .slice(0, 5)
    .map(
      ({ execution }, at) =>
        html`${at > 0 && ', '}<a href="${executionPath(execution.id)}">${execution.check}</a>
          <span class="muted">${execution.arch}</span>`,
    )}${changes.length > 5 && ` and ${changes.length - 5} more`}`

const waitingForBuilds = html`<div class="card empty">
  <h2>No build was announced yet</h2>
  <p>Checks run when a build of their package is announced:</p>
  <pre
    class="commands"
  ><code>assay event send --package deb/hello --release bookworm --version 2.10-3 --artifact hello_2.10-3_amd64.deb</code></pre>
</div>`

const howToBegin = html`<div class="card empty">
  <h2>Nothing is here yet</h2>
  <p>
    Three steps lead to a first result: name a package and its maintainer, push a check, announce a build.
  </p>
  <pre class="commands"><code>assay package add deb/hello --maintainer ann
assay token create ann --scope push
git push http://ann@HOST/git/deb/hello.git HEAD:main
assay event send --package deb/hello --release bookworm --version 2.10-3 --artifact hello_2.10-3_amd64.deb</code></pre>
</div>`
