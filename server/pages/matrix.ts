/** Checks by latest builds of one release, as a table of marks. */
import type { CheckRow, ReleaseOverview } from '../../core/overview.ts'
import { markOf, type BuildSeen, type ExecutionSeen } from '../../core/standing.ts'
import { html, type Html } from './html.ts'
import { icon, words } from './marks.ts'
import { moment } from './moment.ts'
import { buildPath, checkPath, executionPath, packagePath } from './paths.ts'
import type { RegistrationView } from './registrations.ts'
import { flakyTag } from './troubles.ts'

/** What the matrix needs to know about the package around it. */
export interface MatrixContext {
  package: string
  registrations: readonly RegistrationView[]
}

export const matrix = (
  { release, builds, rows, verdicts }: ReleaseOverview,
  context: MatrixContext,
  now: string,
): Html =>
  html`<div class="scroll" role="region" aria-label="Checks of the latest builds for ${release}" tabindex="0">
    <table class="matrix">
      <caption>
        <bdi>${release}</bdi
        >${arches(verdicts)}
      </caption>
      <thead>
        <tr>
          <th scope="col">Check</th>
          ${builds.map((build) => buildHead(build, now))}
        </tr>
      </thead>
      <tbody>
        ${
          rows.length > 0
            ? rows.map((row) => checkRow(row, builds, context))
            : html`<tr>
                <td colspan="${builds.length + 1}" class="muted">No checks ran for these builds.</td>
              </tr>`
        }
      </tbody>
    </table>
  </div>`

/** In which order the marks of a cell stand, where there is more than one. */
const arches = (verdicts: ReleaseOverview['verdicts']): Html | null =>
  verdicts.length > 1
    ? html` <span class="muted">${verdicts.map(({ arch }) => arch).join(', ')} from left to right</span>`
    : null

const buildHead = (build: BuildSeen, now: string): Html =>
  html`<th scope="col">
    <a href="${buildPath(build.id)}"><bdi>${build.version}</bdi></a>
    <span class="when">${moment(build.createdAt, now)}</span>
  </th>`

const checkRow = (row: CheckRow, builds: readonly BuildSeen[], context: MatrixContext): Html =>
  html`<tr>
    <th scope="row">
      <a href="${checkPath(context.package, row.check)}">${row.check}</a> ${row.flaky && flakyTag}
      ${
        row.repository === context.package
          ? summaryOf(row.check, context.registrations)
          : html`<span class="summary"
              >from <a href="${packagePath(row.repository)}">${row.repository}</a></span
            >`
      }
    </th>
    ${row.cells.map((executions, at) => cell(row.check, builds[at]?.version ?? '', executions))}
  </tr>`

function summaryOf(check: string, registrations: readonly RegistrationView[]): Html | null {
  const found = registrations.flatMap(({ checks }) => checks).find(({ name }) => name === check)
  return found?.summary ? html`<span class="summary"><bdi>${found.summary}</bdi></span>` : null
}

const cell = (check: string, version: string, executions: readonly ExecutionSeen[]): Html =>
  executions.length === 0
    ? html`<td class="none"><span aria-hidden="true">·</span><span class="unseen">did not run</span></td>`
    : html`<td>
        ${executions.map((execution) => {
          const said = `${execution.arch}: ${words[markOf(execution)]}`
          return html`<a
            class="cell"
            href="${executionPath(execution.id)}"
            title="${check}, ${version}, ${said}"
            >${icon(markOf(execution))}<span class="unseen">${said}</span></a
          >`
        })}
      </td>`
