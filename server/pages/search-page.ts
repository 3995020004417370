/** What was found by a package's name, the beginning of a version, or an id, and executions by what they were. */
import { markOf } from '../../core/standing.ts'
import type { Build } from '../store/builds.ts'
import type { Execution } from '../store/executions.ts'
import { html, type Html } from './html.ts'
import { page, type Document } from './layout.ts'
import { executionsTable } from './executions-table.ts'
import { chip } from './marks.ts'
import { moment } from './moment.ts'
import { buildPath, executionPath, packagePath } from './paths.ts'
import { searchForm, type Asked } from './search-form.ts'

export interface SearchView {
  query: string
  /** namespace/name each. */
  packages: string[]
  builds: Build[]
  executions: Execution[]
  /** What the form asks for; null where nothing was. */
  filtered: Filtered | null
}

export interface Filtered {
  asked: Asked
  /** Newest first. */
  executions: Execution[]
  /** Address of the page with older ones. */
  older: string | null
}

export function searchPage(
  { query, packages, builds, executions, filtered }: SearchView,
  now: string,
): Document {
  const found = packages.length + builds.length + executions.length
  return page({
    title: query === '' ? 'Search' : `Search: ${query}`,
    query,
    content: html`
      <header class="head">
        <h1>${query === '' ? 'Search' : html`Search for <bdi>${query}</bdi>`}</h1>
        ${found === 0 && html`<p class="lead">${query === '' ? '' : 'Nothing was found. '}Search by part of a package's name, the beginning of a version, or an id; or find executions below.</p>`}
      </header>
      ${section(
        'Packages',
        packages.map((name) => html`<a href="${packagePath(name)}">${name}</a>`),
      )}
      ${section(
        'Builds',
        builds.map(
          (build) =>
            html`<a href="${buildPath(build.id)}">${build.package} <bdi>${build.version}</bdi></a>
              <span class="muted"><bdi>${build.release}</bdi>, ${moment(build.createdAt, now)}</span>`,
        ),
      )}
      ${section(
        'Executions',
        executions.map(
          (execution) =>
            html`${chip(markOf(execution))} <a href="${executionPath(execution.id)}">${execution.check}</a>
              <span class="muted"
                >of ${execution.package} <bdi>${execution.version}</bdi>, ${execution.arch};
                <code>${execution.id}</code></span
              >`,
        ),
      )}
      <section aria-labelledby="filter">
        <h2 id="filter">Find executions</h2>
        ${searchForm(filtered?.asked ?? {})} ${filtered && filteredPart(filtered, now)}
      </section>
    `,
  })
}

const filteredPart = ({ executions, older }: Filtered, now: string): Html =>
  executions.length === 0
    ? html`<p>No execution is like that.</p>`
    : html`${executionsTable(executions, ['verdict', 'reason', 'package', 'check', 'build', 'release', 'arch', 'took'], now)}
      ${older && html`<p><a href="${older}">Older executions</a></p>`}`

const section = (title: string, items: readonly Html[]): Html | null =>
  items.length === 0
    ? null
    : html`<section aria-label="${title}">
        <h2>${title}</h2>
        <ul class="plain rows">
          ${items.map((item) => html`<li>${item}</li>`)}
        </ul>
      </section>`
