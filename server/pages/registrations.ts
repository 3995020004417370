/** Where a package's checks come from, and how to push more. */
import { html, type Html } from './html.ts'
import { counted } from './marks.ts'
import { moment } from './moment.ts'
import { commitPath, maintainerPath } from './paths.ts'

/** What one branch declares now. */
export interface RegistrationView {
  branch: string
  isDefault: boolean
  commit: string
  pushedBy: string | null
  createdAt: string
  /** What its checks take from elsewhere and do not get, in words. */
  lacking: readonly string[]
  checks: { name: string; summary: string | null }[]
}

/** Branches that were not taken; more are counted. */
const mostRefused = 20

/** Where the checks are kept, when that is not here; and what the last look there came to. */
export interface UpstreamView {
  url: string
  lookedAt: string | null
  trouble: string | null
  refused: { branch: string; commit: string; why: string }[]
}

export interface RegistrationsContext {
  package: string
  upstream: UpstreamView | null
  maintainers: readonly string[]
  registrations: readonly RegistrationView[]
  cloneUrl: string
}

export const registrationsSection = (view: RegistrationsContext, now: string): Html =>
  html`<section aria-labelledby="checks">
    <h2 id="checks">Its checks</h2>
    ${view.registrations.length > 0 ? registrationsTable(view, now) : html`<p>No checks were pushed yet.</p>`}
    ${view.registrations.flatMap(lackingNotes)}
    <p>
      Maintained by
      ${
        view.maintainers.length > 0
          ? view.maintainers.map(
              (user, at) => html`${at > 0 && ', '}<a href="${maintainerPath(user)}"><bdi>${user}</bdi></a>`,
            )
          : html`nobody yet`
      }.
    </p>
    <h3>Push checks</h3>
    <p>A branch named like a release serves the builds for that release, the default branch all others.</p>
    ${
      view.upstream
        ? upstreamPart(view.upstream, now)
        : html`<pre class="commands" tabindex="0"><code>${howToPush(view)}</code></pre>`
    }
  </section>`

const lackingNotes = ({ branch, lacking }: RegistrationView): Html[] =>
  lacking.map(
    (why) =>
      html`<p class="note">
        <bdi>${branch}</bdi> misses something for now, which is tried again: <bdi>${why}</bdi>
      </p>`,
  )

const upstreamPart = ({ url, lookedAt, trouble, refused }: UpstreamView, now: string): Html =>
  html`<p>
      The checks are kept at <a href="${url}" rel="nofollow noreferrer"><bdi>${url}</bdi></a
      >: push there, and they are taken from there.
      ${lookedAt === null ? 'Nobody has looked there yet.' : html`Last look: ${moment(lookedAt, now)}.`}
    </p>
    ${trouble !== null && html`<p class="note">The last look came to nothing. <bdi>${trouble}</bdi></p>`}
    ${refused.slice(0, mostRefused).map(
      ({ branch, commit, why }) =>
        html`<p class="note"><bdi>${branch}</bdi> at <code>${commit.slice(0, 10)}</code> was not taken:</p>
          <pre class="commands" tabindex="0"><code>${why}</code></pre>`,
    )}
    ${refused.length > mostRefused && html`<p>And ${refused.length - mostRefused} more branches.</p>`}`

const registrationsTable = (view: RegistrationsContext, now: string): Html =>
  html`<div class="scroll" role="region" aria-label="Registrations" tabindex="0">
    <table>
      <caption class="unseen">
        What each branch declares now
      </caption>
      <thead>
        <tr>
          <th scope="col">Branch</th>
          <th scope="col">Commit</th>
          <th scope="col">Pushed</th>
          <th scope="col">Checks</th>
        </tr>
      </thead>
      <tbody>
        ${view.registrations.map((registration) => registrationRow(view.package, registration, now))}
      </tbody>
    </table>
  </div>`

const registrationRow = (name: string, registration: RegistrationView, now: string): Html =>
  html`<tr>
    <th scope="row">
      <bdi>${registration.branch}</bdi>${registration.isDefault && html` <span class="tag">default</span>`}
    </th>
    <td>
      <a href="${commitPath(name, registration.commit)}"><code>${registration.commit.slice(0, 10)}</code></a>
    </td>
    <td>
      ${moment(registration.createdAt, now)}${registration.pushedBy && html` by <bdi>${registration.pushedBy}</bdi>`}
    </td>
    <td>
      <details>
        <summary>${counted(registration.checks.length, 'check')}</summary>
        <ul class="plain">
          ${registration.checks.map(
            ({ name, summary }) =>
              html`<li>${name}${summary && html` <span class="muted"><bdi>${summary}</bdi></span>`}</li>`,
          )}
        </ul>
      </details>
    </td>
  </tr>`

/** Package names need no quoting: their grammar has nothing that a shell would read. */
function howToPush(view: RegistrationsContext): string {
  const folder = view.package.split('/')[1] ?? ''
  return view.registrations.length > 0
    ? [`git clone ${view.cloneUrl}`, `cd ${folder}`, '# edit checks.yaml, and commit', 'git push'].join('\n')
    : [
        `git init ${folder}-checks && cd ${folder}-checks`,
        '# write checks.yaml, and commit',
        `git push ${view.cloneUrl} HEAD:main`,
      ].join('\n')
}
