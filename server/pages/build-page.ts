/** The page of a build: what its checks found, and what it is made of. */
import { debianVerdicts } from '../../core/debian-verdict.ts'
import { standing } from '../../core/news.ts'
import { countMarks } from '../../core/overview.ts'
import { bySeverity, isWorthRepeating, markOf, worst } from '../../core/standing.ts'
import type { BuildArtifact } from '../../schemas/types.gen.ts'
import type { Build } from '../store/builds.ts'
import type { Execution } from '../store/executions.ts'
import { actionForm } from './action-form.ts'
import { html, link, type Html } from './html.ts'
import { page, type Document } from './layout.ts'
import { chip, counted, countWords, words } from './marks.ts'
import { between, duration, size, timestamp } from './moment.ts'
import { buildPath, executionPath, packagePath } from './paths.ts'

export interface BuildPageView {
  build: Build
  executions: readonly Execution[]
  /** Why executions wait, by their id. */
  why: Record<string, string>
}

/** `formKey`: of a viewer who maintains the package. */
export function buildPage(view: BuildPageView, now: string, formKey: string | null = null): Document {
  const { build, executions } = view
  const mark = worst(executions.map(markOf))
  return page({
    title: `${build.package} ${build.version}${mark ? `, ${words[mark]}` : ''}`,
    trail: [
      ['Packages', '/'],
      [build.package, packagePath(build.package)],
      [build.version, null],
    ],
    live: build.files?.state === 'awaited' || executions.some(({ state }) => state !== 'finished'),
    content: html`
      <header class="head">
        <h1><span class="muted">Build</span> <bdi>${build.version}</bdi></h1>
        <p class="lead" role="status" data-live="headline">
          ${
            mark
              ? html`${chip(mark)}
                  <span class="muted">${countWords(countMarks(executions.map(markOf)))}</span>`
              : noExecutions(build)
          }
        </p>
        <div class="actions" data-live="actions">${formKey !== null && repeatAll(view, formKey)}</div>
      </header>
      <dl class="facts" data-live="facts">
        <div>
          <dt>Package</dt>
          <dd><a href="${packagePath(build.package)}">${build.package}</a></dd>
        </div>
        <div>
          <dt>Release</dt>
          <dd><bdi>${build.release}</bdi></dd>
        </div>
        <div>
          <dt>Architectures</dt>
          <dd>${build.architectures.join(', ')}</dd>
        </div>
        <div>
          <dt>Announced</dt>
          <dd>${timestamp(build.createdAt)}</dd>
        </div>
        ${
          build.origin &&
          html`<div>
            <dt>Built at</dt>
            <dd>${outside(build.origin)}</dd>
          </div>`
        }
        ${
          build.subject &&
          html`<div>
            <dt>Results are about</dt>
            <dd>${build.subject.type} <bdi>${build.subject.item}</bdi></dd>
          </div>`
        }
        ${asDebianSays(executions)}
      </dl>
      <div data-live="executions">${executions.length > 0 && executionsSection(view, now)}</div>
      ${build.artifacts.length > 0 && artifactsSection(build.artifacts)}
    `,
  })
}

/** For those who know autopkgtest's exit statuses and debci's words. */
const asDebianSays = (executions: readonly Execution[]): Html[] =>
  debianVerdicts(executions).map(
    ({ arch, exitCode, status, message }) =>
      html`<div>
        <dt>As autopkgtest ends on ${arch}</dt>
        <dd>${exitCode} (${status}): ${message}</dd>
      </div>`,
  )

const noExecutions = ({ files }: Build): string =>
  files?.state === 'awaited'
    ? 'Its checks begin once its build system has said which files it consists of.'
    : 'No check is registered for this build.'

function repeatAll({ build, executions }: BuildPageView, formKey: string): Html | null {
  const count = standing(executions).filter(isWorthRepeating).length
  return count === 0
    ? null
    : actionForm(buildPath(build.id, 'rerun'), formKey, `Run again what did not hold (${count})`)
}

const executionsSection = ({ build, executions, why }: BuildPageView, now: string): Html =>
  html`<section aria-labelledby="executions">
    <h2 id="executions">${counted(executions.length, 'execution')}</h2>
    <div class="scroll" role="region" aria-label="Executions" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Check</th>
            <th scope="col">Architecture</th>
            <th scope="col">Verdict</th>
            <th scope="col">Note</th>
            <th scope="col" class="number">Took</th>
          </tr>
        </thead>
        <tbody>
          ${mostUrgentFirst(executions).map((execution) => executionRow(execution, build, why[execution.id] ?? null, now))}
        </tbody>
      </table>
    </div>
  </section>`

const mostUrgentFirst = (executions: readonly Execution[]): Execution[] =>
  [...executions].sort((one, other) => urgency(one) - urgency(other))

const urgency = (execution: Execution): number => bySeverity.indexOf(markOf(execution))

const executionRow = (execution: Execution, build: Build, why: string | null, now: string): Html =>
  html`<tr>
    <th scope="row">
      <a href="${executionPath(execution.id)}">${execution.check}</a>
      ${execution.repository !== build.package && html`<span class="summary">from <a href="${packagePath(execution.repository)}">${execution.repository}</a></span>`}
      ${execution.rerunOf && html`<span class="tag">rerun</span>`}
    </th>
    <td>${execution.arch}</td>
    <td>${chip(markOf(execution))}</td>
    <td><bdi>${why ?? execution.note}</bdi></td>
    <td class="number">
      ${execution.startedAt && duration(between(execution.startedAt, execution.finishedAt ?? now))}
    </td>
  </tr>`

const artifactsSection = (artifacts: readonly BuildArtifact[]): Html =>
  html`<section aria-labelledby="artifacts">
    <h2 id="artifacts">What was built</h2>
    <div class="scroll" role="region" aria-label="Artifacts of the build" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" class="number">Size</th>
            <th scope="col">SHA-256</th>
          </tr>
        </thead>
        <tbody>
          ${artifacts.map(
            (artifact) =>
              html`<tr>
                <th scope="row">${outside(artifact.url, artifact.name)}</th>
                <td class="number">${artifact.size !== undefined && size(artifact.size)}</td>
                <td><code class="digest">${artifact.sha256}</code></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`

/** An address that a stranger gave: a link only where a click is harmless. */
function outside(url: string, name = url): Html {
  const href = link(url)
  return href === null
    ? html`<bdi>${name}</bdi>`
    : html`<a href="${href}" rel="noreferrer nofollow"><bdi>${name}</bdi></a>`
}
