/** What needs somebody: each check that is broken or could not be judged, since when, and what changed at that point. */
import type { Difference } from '../../core/differences.ts'
import type { Contradiction } from '../../core/flaky.ts'
import type { Trouble } from '../../core/overview.ts'
import { markOf, type Since } from '../../core/standing.ts'
import { actionForm } from './action-form.ts'
import { differenceList } from './differences.ts'
import { html, type Html } from './html.ts'
import { chip, concernsWords, counted } from './marks.ts'
import { moment } from './moment.ts'
import { buildPath, checkPath, executionPath } from './paths.ts'

/** The page of the comparison has them all. */
const shownDifferences = 12

/** What is known about the package around its troubles. */
export interface TroublesContext {
  package: string
  /** What changed since a broken check held, by the id of its execution; nothing of what never held. */
  changed: Readonly<Record<string, readonly Difference[]>>
  /** Of a viewer who may run its checks again; null: the viewer may not. */
  formKey: string | null
}

export const troublesSection = (troubles: readonly Trouble[], context: TroublesContext, now: string): Html =>
  html`<section aria-labelledby="troubles">
    <h2 id="troubles">What needs somebody</h2>
    <ul class="plain stack">
      ${troubles.map((trouble) => troubleItem(trouble, context, now))}
    </ul>
  </section>`

function troubleItem(trouble: Trouble, context: TroublesContext, now: string): Html {
  const { execution, build, since, flaky } = trouble
  const mark = markOf(execution)
  const changed = context.changed[execution.id]
  return html`<li class="card trouble ${mark}">
    <h3>
      ${chip(mark)} <a href="${executionPath(execution.id)}">${execution.check}</a>
      <span class="muted">on <bdi>${build.release}</bdi>, ${execution.arch}</span>
      ${flaky && flakyTag}
    </h3>
    ${execution.note && html`<p class="note"><bdi>${execution.note}</bdi></p>`}
    <p class="since muted">${since && sinceWords(since, now)} ${concernsWords(execution.concerns)}</p>
    ${changed && differenceList(changed, execution.repository, shownDifferences)}
    ${flaky && flakyWords(flaky)}
    <div class="actions">
      <a href="${executionPath(execution.id)}#log">Read its log</a>
      <a href="${checkPath(context.package, execution.check)}">Its history</a>
      ${context.formKey !== null && actionForm(executionPath(execution.id, 'rerun'), context.formKey, 'Run it again')}
    </div>
  </li>`
}

const sinceWords = ({ firstBad, builds, lastGood }: Since, now: string): Html =>
  html`Broken since
    <a href="${buildPath(firstBad.build.id)}"><bdi>${firstBad.build.version}</bdi></a>
    (${moment(firstBad.build.createdAt, now)}${builds > 1 && `, ${builds} builds in a row`});
    ${
      lastGood
        ? html`it held for
            <a href="${executionPath(lastGood.execution.id)}"><bdi>${lastGood.build.version}</bdi></a
            >.`
        : 'none of the builds before it that are kept here held.'
    }`

export const flakyTag: Html = html`<span class="tag flaky">flaky</span>`

/** Why a check is called flaky. */
export const flakyWords = ({ held, broke, version, times }: Contradiction): Html =>
  html`<p class="muted">
    It is flaky: at one commit it <a href="${executionPath(held.id)}">held</a> and
    <a href="${executionPath(broke.id)}">broke</a> for the same version,
    <bdi>${version}</bdi>${times > 1 && html`; so it did for ${counted(times - 1, 'other version')}`}.
  </p>`
