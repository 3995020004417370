/** The page of an execution: its verdict first, then why, its results, its log, what it left and how to repeat it. */
import type { Execution } from '../store/executions.ts'
import { markOf, meaning } from '../../core/standing.ts'
import { actionForm } from './action-form.ts'
import { artifactsSection } from './artifacts.ts'
import { attemptsSection } from './attempts.ts'
import { definitionList } from './definition.ts'
import { logSection } from './execution-log.ts'
import type { ExecutionView } from './execution-view.ts'
import { goneSection, stayWords } from './holding.ts'
import { html, type Html } from './html.ts'
import { page, type Document } from './layout.ts'
import { lifecycle } from './lifecycle.ts'
import { chip, concernsWords, words } from './marks.ts'
import { moment } from './moment.ts'
import { buildPath, checkPath, commitPath, executionPath, packagePath } from './paths.ts'
import { resultsSection } from './results.ts'

/** `formKey`: of a viewer who may change the execution. */
export function executionPage(view: ExecutionView, now: string, formKey: string | null = null): Document {
  const { execution } = view
  const mark = markOf(execution)
  return page({
    title: `${execution.check} ${words[mark]}, ${execution.package} ${execution.version}`,
    trail: [
      ['Packages', '/'],
      [execution.package, packagePath(execution.package)],
      [execution.version, buildPath(execution.buildId)],
      [execution.check, null],
    ],
    live: execution.state !== 'finished',
    content: html`
      <header class="head">
        <h1>${execution.check}</h1>
        ${execution.definition.summary && html`<p class="muted"><bdi>${execution.definition.summary}</bdi></p>`}
        <div class="lead" role="status" data-live="headline">${headline(view)}</div>
        <div class="actions" data-live="actions">${formKey !== null && actions(view, formKey)}</div>
      </header>
      <div data-live="lifecycle">${lifecycle(execution, now)}</div>
      ${relations(view, now)}
      <div data-live="results">${view.results.length > 0 && resultsSection(withoutExpired(view))}</div>
      ${leftParts(view, now)}
      <div data-live="attempts">
        ${
          view.attempts.length > 0 &&
          attemptsSection(execution.id, view.attempts, view.log?.attempt ?? null, now)
        }
      </div>
      ${repeatSection(view)} ${definitionList(execution.definition)}
    `,
  })
}

/** What is gone is not linked to. */
const withoutExpired = (view: ExecutionView): ExecutionView =>
  view.holding?.expired ? { ...view, artifacts: [] } : view

/** Its log and its artifacts while they are there. */
const leftParts = (view: ExecutionView, now: string): Html =>
  view.holding?.expired
    ? goneSection(view.execution.id, view.holding.expired, view.artifacts)
    : html`${logSection(view.execution.id, view.log, isTrouble(view.execution))}
        <div data-live="artifacts">
          ${view.artifacts.length > 0 && artifactsSection(view)}
          ${view.holding && stayWords(view.holding, now)}
        </div>`

const isTrouble = ({ outcome }: Execution): boolean =>
  outcome === 'failed' || outcome === 'needs_inspection' || outcome === 'errored'

/** The verdict, why, and whom it concerns. */
function headline({ execution, why }: ExecutionView): Html {
  const { note, concerns, reason, outcome } = execution
  return html`<p>
      ${chip(markOf(execution))} ${reason !== null && reason !== outcome && html`<code>${reason}</code>`}
    </p>
    ${note && html`<p class="note"><bdi>${note}</bdi></p>`}
    ${meaning(execution) === 'broken' && html`<p><a href="${executionPath(execution.id, 'compare')}">Compare with when it last held</a></p>`}
    ${(why ?? concerns) && html`<p class="muted">${why ?? concernsWords(concerns)}</p>`}`
}

function actions({ execution, holding }: ExecutionView, formKey: string): Html {
  const button = (name: string, label: string): Html =>
    actionForm(executionPath(execution.id, name), formKey, label)
  if (execution.state !== 'finished') return button('cancel', 'Cancel it')
  const hasFiles = holding !== null && !holding.expired
  return html`${button('rerun', 'Run it again')}
  ${hasFiles && (holding.kept ? button('let-go', 'Keep its files no longer') : button('keep', 'Keep its files'))}`
}

const relations = ({ execution, build, event, reruns }: ExecutionView, now: string): Html =>
  html`<dl class="facts">
    <div>
      <dt>Build</dt>
      <dd>
        <a href="${packagePath(build.package)}">${build.package}</a>
        <a href="${buildPath(build.id)}"><bdi>${build.version}</bdi></a>
      </dd>
    </div>
    <div>
      <dt>Release</dt>
      <dd><bdi>${build.release}</bdi></dd>
    </div>
    <div>
      <dt>Architecture</dt>
      <dd>${execution.arch}</dd>
    </div>
    <div>
      <dt>Check</dt>
      <dd>
        <a href="${checkPath(build.package, execution.check)}">${execution.check}</a>, at commit
        <a href="${commitPath(execution.repository, execution.commit)}"
          ><code>${execution.commit.slice(0, 10)}</code></a
        >
        of
        ${execution.repository === build.package ? 'its repository' : html`<a href="${packagePath(execution.repository)}">${execution.repository}</a>`}
      </dd>
    </div>
    ${
      event &&
      html`<div>
        <dt>Called for by</dt>
        <dd><bdi>${event.type}</bdi> of <bdi>${event.source}</bdi>, ${moment(event.receivedAt, now)}</dd>
      </div>`
    }
    ${
      execution.requestedBy &&
      html`<div>
        <dt>Asked for by</dt>
        <dd><bdi>${execution.requestedBy}</bdi></dd>
      </div>`
    }
    ${
      execution.rerunOf &&
      html`<div>
        <dt>Repeats</dt>
        <dd>
          <a href="${executionPath(execution.rerunOf)}"><code>${execution.rerunOf}</code></a>
        </dd>
      </div>`
    }
    ${
      reruns.length > 0 &&
      html`<div>
        <dt>Repeated by</dt>
        <dd>${reruns.map((rerun) => rerunLink(rerun, now))}</dd>
      </div>`
    }
    <div>
      <dt>Execution</dt>
      <dd><code>${execution.id}</code></dd>
    </div>
  </dl>`

const rerunLink = (rerun: Execution, now: string): Html =>
  html`${chip(markOf(rerun))} <a href="${executionPath(rerun.id)}">${moment(rerun.createdAt, now)}</a> `

const repeatSection = ({ execution, runAtHome }: ExecutionView): Html =>
  html`<section aria-labelledby="repeat">
    <h2 id="repeat">Repeat it</h2>
    <p>At home, in the same kind of machine:</p>
    <pre class="commands" tabindex="0"><code>${runAtHome}</code></pre>
    ${
      execution.state === 'finished'
        ? html`<p>Here, for those who maintain the package:</p>
            <pre class="commands" tabindex="0"><code>assay rerun ${execution.id}</code></pre>`
        : html`<p>Or end it, for those who maintain the package:</p>
            <pre class="commands" tabindex="0"><code>assay cancel ${execution.id}</code></pre>`
    }
  </section>`
