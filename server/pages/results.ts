/** The verdicts that an execution gave, testcase by testcase. */
import type { Outcome } from '../../core/execution.ts'
import type { Artifact, Result } from '../store/results.ts'
import { html, type Html } from './html.ts'
import { chip, counted } from './marks.ts'
import { viewPath } from './paths.ts'

interface ResultsView {
  execution: { id: string }
  results: readonly Result[]
  artifacts: readonly Artifact[]
}

/** Beyond it a table is no help any more; all of them are in the JSON. */
const most = 500

export const resultsSection = ({ execution, results, artifacts }: ResultsView): Html =>
  html`<section aria-labelledby="results">
    <h2 id="results">${counted(results.length, 'result')}</h2>
    <div class="scroll" role="region" aria-label="Results" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Outcome</th>
            <th scope="col">Testcase</th>
            <th scope="col">Note</th>
          </tr>
        </thead>
        <tbody>
          ${worstFirst(results)
            .slice(0, most)
            .map((result) => resultRow(execution.id, result, artifacts))}
        </tbody>
      </table>
    </div>
    ${results.length > most && html`<p class="muted">${results.length - most} more are in the JSON of this page.</p>`}
  </section>`

/** What needs a look comes first; otherwise in the order in which the check gave them. */
const worstFirst = (results: readonly Result[]): Result[] =>
  [...results].sort((one, other) => urgency(one) - urgency(other))

const urgency = ({ outcome }: Result): number =>
  ['failed', 'needs_inspection', 'errored'].includes(outcome) ? 0 : 1

const resultRow = (id: string, result: Result, artifacts: readonly Artifact[]): Html =>
  html`<tr>
    <td>${chip(result.outcome as Outcome)}</td>
    <th scope="row"><bdi>${result.testcase}</bdi></th>
    <td>
      ${result.note && html`<bdi>${result.note}</bdi>`} ${evidence(id, result, artifacts)}
      ${Object.entries(result.data).map(([key, value]) => html`<span class="tag"><bdi>${key}</bdi>: <bdi>${value}</bdi></span> `)}
    </td>
  </tr>`

/** The file that the result points to, where the execution really left it. */
function evidence(id: string, { artifact }: Result, artifacts: readonly Artifact[]): Html | null {
  const found = artifacts.findLast(({ path }) => path === artifact)
  return found
    ? html`<a href="${viewPath(id, found.path)}?attempt=${found.attempt}"><bdi>${found.path}</bdi></a>`
    : null
}
