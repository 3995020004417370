/** The page of an execution beside the last one that held: what differs between them, and in what they found. */
import type { Difference } from '../../core/differences.ts'
import type { Outcome } from '../../core/execution.ts'
import type { ResultChange } from '../../core/result-changes.ts'
import { markOf } from '../../core/standing.ts'
import { runTime } from '../../core/trend.ts'
import type { Execution } from '../store/executions.ts'
import { differenceList } from './differences.ts'
import { html, type Html } from './html.ts'
import { page, type Document } from './layout.ts'
import { chip, counted, words } from './marks.ts'
import { duration, moment } from './moment.ts'
import { buildPath, checkPath, executionPath, packagePath } from './paths.ts'

export interface ExecutionCompareView {
  execution: Execution
  /** The last that held before it; null: none is on record. */
  good: Execution | null
  differences: Difference[]
  results: ResultChange[]
}

/** Beyond it a table is no help any more; all of them are in the JSON. */
const most = 500

export function executionComparePage(view: ExecutionCompareView, now: string): Document {
  const { execution, good } = view
  return page({
    title: `${execution.check} compared, ${execution.package} ${execution.version}`,
    trail: [
      ['Packages', '/'],
      [execution.package, packagePath(execution.package)],
      [execution.check, checkPath(execution.package, execution.check)],
      ['Compare', null],
    ],
    content: html`
      <header class="head">
        <h1>${execution.check}, and when it last held</h1>
        <p class="lead"><bdi>${execution.release}</bdi>, ${execution.arch}</p>
      </header>
      ${
        good
          ? comparison(view, good, now)
          : html`<p>
              No execution of this check that held before
              <a href="${executionPath(execution.id)}">this one</a> is on record for this release and
              architecture.
            </p>`
      }
    `,
  })
}

const comparison = (
  { execution, differences, results }: ExecutionCompareView,
  good: Execution,
  now: string,
): Html =>
  html`<div class="cards">${side('Then', good, now)} ${side('Now', execution, now)}</div>
    <section aria-labelledby="differs">
      <h2 id="differs">What differs</h2>
      ${differenceList(differences, execution.repository, most)}
    </section>
    <section aria-labelledby="results">
      <h2 id="results">What they found</h2>
      ${results.length > 0 ? resultsTable(results) : html`<p>Both gave the same results.</p>`}
    </section>`

function side(title: string, execution: Execution, now: string): Html {
  const took = runTime(execution)
  return html`<section class="card release" aria-label="${title}">
    <h2>${title} ${chip(markOf(execution))}</h2>
    <p>
      <a href="${buildPath(execution.buildId)}"><bdi>${execution.version}</bdi></a
      >, ${moment(execution.createdAt, now)}
    </p>
    <p class="muted">
      ${took !== null && `It took ${duration(took)}. `}<a href="${executionPath(execution.id)}"
        >Its log and results</a
      >
    </p>
    ${execution.note && html`<p class="note"><bdi>${execution.note}</bdi></p>`}
  </section>`
}

const resultsTable = (results: readonly ResultChange[]): Html =>
  html`<div class="scroll" role="region" aria-label="Table of results" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Testcase</th>
            <th scope="col">Then</th>
            <th scope="col">Now</th>
          </tr>
        </thead>
        <tbody>
          ${results.slice(0, most).map(
            ({ testcase, before, after }) =>
              html`<tr>
                <th scope="row"><bdi>${testcase}</bdi></th>
                <td>${outcome(before)}</td>
                <td>${outcome(after)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${results.length > most && html`<p class="muted">${counted(results.length - most, 'more result')} in the JSON of this page.</p>`}`

/** An outcome that only this site's operator knows is said as it is. */
const outcome = (said: string | null): Html =>
  said === null
    ? html`<span class="muted">not there</span>`
    : Object.hasOwn(words, said)
      ? chip(said as Outcome)
      : html`<bdi>${said}</bdi>`
