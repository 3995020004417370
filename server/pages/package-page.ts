/** The page of a package: what holds and what broke now, since when and why, and where its checks come from. */
import type { Difference } from '../../core/differences.ts'
import { grouped } from '../../core/grouped.ts'
import type { Overview, ReleaseOverview, Trouble } from '../../core/overview.ts'
import { markOf, meaning } from '../../core/standing.ts'
import { html, type Html } from './html.ts'
import { page, type Document } from './layout.ts'
import { chip, counted, countWords, icon } from './marks.ts'
import { matrix } from './matrix.ts'
import { moment } from './moment.ts'
import { buildPath, executionPath } from './paths.ts'
import { registrationsSection, type RegistrationView, type UpstreamView } from './registrations.ts'
import { releaseTrend } from './trend.ts'
import { troublesSection } from './troubles.ts'

export interface PackageView {
  /** namespace/name */
  package: string
  maintainers: string[]
  overview: Overview
  /** Why executions wait, by their id. */
  why: Record<string, string>
  /** What changed since broken checks held, by the id of the execution that is in trouble. */
  changed: Record<string, Difference[]>
  registrations: RegistrationView[]
  /** Where its checks are kept, when that is not here. */
  upstream: UpstreamView | null
  /** Where its check repository is cloned from and pushed to. */
  cloneUrl: string
}

/** `formKey`: of a viewer who maintains the package. */
export function packagePage(view: PackageView, now: string, formKey: string | null = null): Document {
  const { releases } = view.overview
  const [namespace = '', name = ''] = view.package.split('/')
  const troubles = releases.flatMap((release) => release.troubles)
  const pending = releases.flatMap((release) => release.pending)
  return page({
    title: view.package,
    trail: [
      ['Packages', '/'],
      [view.package, null],
    ],
    feed: `/feeds/${namespace}/${name}.atom`,
    live:
      pending.length > 0 || releases.some(({ verdicts }) => verdicts.some(({ build }) => build.awaitsFiles)),
    content: html`
      <header class="head">
        <h1><span class="muted">${namespace}/</span>${name}</h1>
        <p class="lead" data-live="headline">${headline(view.overview)}</p>
      </header>
      ${
        releases.length > 0 &&
        html`<section aria-labelledby="now" data-live="now">
          <h2 id="now">Now</h2>
          <div class="cards">${releases.map((release) => releaseCard(release, now))}</div>
        </section>`
      }
      <div data-live="troubles">
        ${troubles.length > 0 && troublesSection(troubles, { ...view, formKey }, now)}
      </div>
      <div data-live="pending">${pending.length > 0 && pendingSection(pending, view.why, now)}</div>
      ${
        releases.length > 0 &&
        html`<section aria-labelledby="latest" data-live="latest">
          <h2 id="latest">Latest builds</h2>
          ${releases.map((release) => matrix(release, view, now))}
        </section>`
      }
      ${registrationsSection(view, now)}
    `,
  })
}

/** The whole in one sentence. */
function headline({ mark, releases }: Overview): Html {
  if (!mark) return html`No check has run for this package yet.`
  const troubles = releases.flatMap((release) => release.troubles)
  const broken = troubles.filter(({ execution }) => meaning(execution) === 'broken')
  const unjudged = troubles.length - broken.length
  const pending = releases.reduce((sum, release) => sum + release.pending.length, 0)
  const parts = [
    broken.length > 0 && `${counted(broken.length, 'check')} ${broken.length === 1 ? 'needs' : 'need'} you`,
    unjudged > 0 && `${counted(unjudged, 'check')} could not be judged`,
    pending > 0 && `${counted(pending, 'check')} still to finish`,
  ].filter((part) => part !== false)
  return html`${icon(mark)}
  ${parts.length > 0 ? `${parts.join('; ')}.` : 'Everything that was checked holds.'}`
}

const releaseCard = ({ release, verdicts, trend }: ReleaseOverview, now: string): Html =>
  html`<section class="card release">
    <h3><bdi>${release}</bdi></h3>
    <ul class="plain">
      ${verdicts.map(
        ({ arch, build, mark, counts }) =>
          html`<li>
            <p class="verdict">
              ${mark ? chip(mark) : html`<span class="muted">${build.awaitsFiles ? 'waits for its files' : 'no checks ran'}</span>`}
              <span class="arch">${arch}</span>
            </p>
            ${mark && html`<p>${countWords(counts)}</p>`}
            <p class="muted">
              <a href="${buildPath(build.id)}"><bdi>${build.version}</bdi></a
              >, ${moment(build.createdAt, now)}
            </p>
          </li>`,
      )}
    </ul>
    ${releaseTrend(trend)}
  </section>`

const pendingSection = (pending: readonly Trouble[], why: PackageView['why'], now: string): Html =>
  html`<section aria-labelledby="pending">
    <h2 id="pending">Still to finish</h2>
    <ul class="plain rows">
      ${alike(pending, why).map((group) => pendingItem(group, why, now))}
    </ul>
  </section>`

/** What waits for the same reason is said once. */
const alike = (pending: readonly Trouble[], why: PackageView['why']): Trouble[][] => [
  ...grouped([...pending], ({ execution, build }) =>
    [build.id, execution.arch, execution.state, why[execution.id] ?? ''].join('|'),
  ).values(),
]

function pendingItem(group: readonly Trouble[], why: PackageView['why'], now: string): Html | null {
  const [first] = group
  if (!first) return null
  const { execution, build } = first
  return html`<li>
    ${chip(markOf(execution))} <strong><bdi>${build.release}</bdi></strong
    >, ${execution.arch}:
    ${group.map(
      ({ execution: { id, check } }, at) =>
        html`${at > 0 && ', '}<a href="${executionPath(id)}">${check}</a>`,
    )}
    <span class="muted">since ${moment(execution.createdAt, now)}. ${why[execution.id]}</span>
  </li>`
}
