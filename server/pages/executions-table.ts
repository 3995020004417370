/** Executions as a table, newest first, of whichever columns a page needs. */
import { markOf } from '../../core/standing.ts'
import { runTime } from '../../core/trend.ts'
import type { Execution } from '../store/executions.ts'
import { html, type Html } from './html.ts'
import { chip } from './marks.ts'
import { duration, moment } from './moment.ts'
import { buildPath, checkPath, commitPath, executionPath, packagePath } from './paths.ts'

interface Column {
  title: string
  isNumber?: boolean
  cell: (execution: Execution) => Html | string | null
}

const columns = {
  verdict: {
    title: 'Verdict',
    cell: (execution) =>
      html`${chip(markOf(execution))} ${execution.rerunOf && html`<span class="tag">rerun</span>`}`,
  },
  reason: {
    title: 'Reason',
    cell: ({ reason }) => reason && html`<code>${reason}</code>`,
  },
  package: {
    title: 'Package',
    cell: (execution) => html`<a href="${packagePath(execution.package)}">${execution.package}</a>`,
  },
  check: {
    title: 'Check',
    cell: (execution) =>
      html`<a href="${checkPath(execution.package, execution.check)}">${execution.check}</a>`,
  },
  build: {
    title: 'Build',
    cell: ({ buildId, version }) => html`<a href="${buildPath(buildId)}"><bdi>${version}</bdi></a>`,
  },
  release: { title: 'Release', cell: ({ release }) => html`<span><bdi>${release}</bdi></span>` },
  arch: { title: 'Architecture', cell: ({ arch }) => arch },
  commit: {
    title: 'Check at',
    cell: (execution) =>
      html`<a href="${commitPath(execution.repository, execution.commit)}"
          ><code>${execution.commit.slice(0, 10)}</code></a
        >
        ${execution.repository !== execution.package && html`<span class="summary">of ${execution.repository}</span>`}`,
  },
  took: {
    title: 'Took',
    isNumber: true,
    cell: (execution) => {
      const took = runTime(execution)
      return took === null ? null : duration(took)
    },
  },
} satisfies Record<string, Column>

export type ColumnName = keyof typeof columns

/** The first column is always when it was, with the link to it. */
export function executionsTable(
  executions: readonly Execution[],
  names: readonly ColumnName[],
  now: string,
): Html {
  const shown: Column[] = names.map((name) => columns[name])
  return html`<div class="scroll" role="region" aria-label="Table of executions" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">When</th>
          ${shown.map(({ title, isNumber }) => html`<th scope="col" class="${isNumber ? 'number' : ''}">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${executions.map(
          (execution) =>
            html`<tr>
              <th scope="row">
                <a href="${executionPath(execution.id)}">${moment(execution.createdAt, now)}</a>
              </th>
              ${shown.map(({ cell, isNumber }) => html`<td class="${isNumber ? 'number' : ''}">${cell(execution)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
