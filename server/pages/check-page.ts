/** The page of a check of a package: what it did over builds, releases and architectures, and whether it can be trusted. */
import { historyOf, type HistoryLine } from '../../core/check-history.ts'
import { judgedOf, markOf, meaning } from '../../core/standing.ts'
import { runTime } from '../../core/trend.ts'
import type { Execution } from '../store/executions.ts'
import { executionsTable } from './executions-table.ts'
import { html, type Html } from './html.ts'
import { page, type Document } from './layout.ts'
import { chip, words } from './marks.ts'
import { duration } from './moment.ts'
import { checkPath, executionPath, packagePath } from './paths.ts'
import { runTrend, timeWords } from './trend.ts'
import { flakyTag, flakyWords } from './troubles.ts'

export interface CheckView {
  /** namespace/name */
  package: string
  check: string
  summary: string | null
  /** Newest first. */
  executions: readonly Execution[]
  /** Cursor of older ones. */
  next: string | null
}

/** Runs that are drawn of each release and architecture. */
const drawn = 40

export function checkPage(view: CheckView, now: string): Document {
  const lines = historyOf(view.executions)
  return page({
    title: `${view.check}, ${view.package}`,
    trail: [
      ['Packages', '/'],
      [view.package, packagePath(view.package)],
      [view.check, null],
    ],
    feed: `/feeds/${view.package}/${view.check}.atom`,
    content: html`
      <header class="head">
        <h1>${view.check} ${lines.some(({ flaky }) => flaky) && flakyTag}</h1>
        ${view.summary && html`<p class="lead"><bdi>${view.summary}</bdi></p>`}
      </header>
      ${lines.length > 0 ? standing(lines) : html`<p>It has not run for this package yet.</p>`}
      ${view.executions.length > 0 && executionsSection(view, now)}
      <p class="muted">
        <a href="/feeds/${view.package}/${view.check}.atom">Feed of its changes</a>
      </p>
    `,
  })
}

const standing = (lines: readonly HistoryLine[]): Html =>
  html`<section aria-labelledby="standing">
    <h2 id="standing">Over the latest builds</h2>
    <div class="cards">${lines.map(lineCard)}</div>
  </section>`

function lineCard({ release, arch, repository, cells, flaky, since }: HistoryLine): Html {
  const newest = cells.find(({ execution }) => execution)?.execution
  return html`<section class="card release">
    <h3><bdi>${release}</bdi> <span class="arch">${arch}</span> ${newest && chip(markOf(newest))}</h3>
    <p class="muted">${sinceWords(since)}</p>
    ${trendFigure(cells, `${repository}, ${release}, ${arch}`)} ${flaky && flakyWords(flaky)}
  </section>`
}

const sinceWords = (since: HistoryLine['since']): Html | null =>
  since &&
  html`Broken since
    <a href="${executionPath(since.firstBad.execution.id)}"><bdi>${since.firstBad.build.version}</bdi></a
    >${since.lastGood && html`; <a href="${executionPath(since.firstBad.execution.id, 'compare')}">compare with the last that held</a>`}.`

function trendFigure(cells: HistoryLine['cells'], about: string): Html {
  const ran = cells.flatMap(({ build, execution }) => (execution ? [{ build, execution }] : []))
  const runs = ran
    .slice(0, drawn)
    .reverse()
    .map(({ build, execution }) => {
      const [mark, milliseconds] = [markOf(execution), runTime(execution)]
      const took = milliseconds === null ? '' : `, took ${duration(milliseconds)}`
      return { mark, milliseconds, said: `${build.version}: ${words[mark]}${took}` }
    })
  const judged = judgedOf(cells)
  const held = judged.filter(({ execution }) => meaning(execution) === 'holds').length
  const times = runs.flatMap(({ milliseconds }) => milliseconds ?? [])
  return html`<figure class="trend">
    ${runTrend(runs, `${about}, from the oldest run to the newest: ${runs.map(({ mark }) => words[mark]).join(', ')}.`)}
    <figcaption>held ${held} of ${judged.length}<br />${times.length > 0 && timeWords(times)}</figcaption>
  </figure>`
}

const executionsSection = (view: CheckView, now: string): Html =>
  html`<section aria-labelledby="executions">
    <h2 id="executions">Executions</h2>
    ${executionsTable(view.executions, ['verdict', 'build', 'release', 'arch', 'commit', 'took'], now)}
    ${view.next && html`<p><a href="${checkPath(view.package, view.check)}?cursor=${view.next}">Older executions</a></p>`}
  </section>`
