/** The page of a commit of a check repository: who wrote it, what it declares, and the files that it holds. */
import { html, type Html } from './html.ts'
import { page, type Document } from './layout.ts'
import { counted } from './marks.ts'
import { moment, size } from './moment.ts'
import { numberedLines } from './numbered-lines.ts'
import { packagePath } from './paths.ts'

export interface CommitView {
  /** namespace/name of the check repository. */
  repository: string
  commit: { commit: string; author: string; date: string; message: string }
  files: { path: string; size: number; mode: string }[]
  /** The text of checks.yaml; null where there is none. */
  manifest: string | null
  registrations: CommitRegistration[]
  cloneUrl: string
}

/** Where the commit declares checks, or did. */
export interface CommitRegistration {
  branch: string
  /** Whether it is what the branch declares now. */
  isCurrent: boolean
  pushedBy: string | null
  createdAt: string
  checks: { name: string; summary: string | null }[]
}

/** Beyond them a page is no help any more: a clone is. */
const limits = { files: 1000, lines: 2000 }

export function commitPage(view: CommitView, now: string): Document {
  const { commit, author, date, message } = view.commit
  const [subject = '', ...body] = message.trim().split('\n')
  return page({
    title: `${subject || commit.slice(0, 10)}, ${view.repository}`,
    trail: [
      ['Packages', '/'],
      [view.repository, packagePath(view.repository)],
      [`Commit ${commit.slice(0, 10)}`, null],
    ],
    content: html`
      <header class="head">
        <h1 class="subject"><bdi>${subject || 'No message'}</bdi></h1>
        <p class="muted"><bdi>${author}</bdi>, ${moment(date, now)} · <code>${commit}</code></p>
      </header>
      ${body.join('').trim() !== '' && html`<pre class="message"><bdi>${body.join('\n').trim()}</bdi></pre>`}
      ${registrationsPart(view, now)} ${view.manifest !== null && manifestSection(view.manifest)}
      ${filesSection(view)}
      <section aria-labelledby="get">
        <h2 id="get">Get it</h2>
        <pre
          class="commands"
          tabindex="0"
        ><code>${`git clone ${view.cloneUrl}\ngit checkout ${commit}`}</code></pre>
      </section>
    `,
  })
}

const registrationsPart = ({ registrations }: CommitView, now: string): Html =>
  registrations.length === 0
    ? html`<p>No branch declares checks by this commit.</p>`
    : html`<ul class="plain rows">
        ${registrations.map(
          ({ branch, isCurrent, pushedBy, createdAt, checks }) =>
            html`<li>
              <strong><bdi>${branch}</bdi></strong>
              <span class="tag">${isCurrent ? 'current' : 'superseded'}</span>
              ${counted(checks.length, 'check')} registered
              ${moment(createdAt, now)}${pushedBy && html` by <bdi>${pushedBy}</bdi>`}
            </li>`,
        )}
      </ul>`

function manifestSection(manifest: string): Html {
  const lines = manifest.replace(/\n$/, '').split('\n')
  return html`<section aria-labelledby="manifest">
    <h2 id="manifest">checks.yaml</h2>
    <div class="log" role="region" aria-label="Text of checks.yaml" tabindex="0">
      ${numberedLines({ lines: lines.slice(0, limits.lines), first: 1, pageOf: () => '' })}
    </div>
    ${lines.length > limits.lines && html`<p class="muted">${lines.length - limits.lines} more lines are in a clone.</p>`}
  </section>`
}

const filesSection = ({ files }: CommitView): Html =>
  html`<section aria-labelledby="files">
    <h2 id="files">${counted(files.length, 'file')}</h2>
    <div class="scroll" role="region" aria-label="Files" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">Kind</th>
            <th scope="col" class="number">Size</th>
          </tr>
        </thead>
        <tbody>
          ${files.slice(0, limits.files).map(
            (file) =>
              html`<tr>
                <th scope="row">
                  <code><bdi>${file.path}</bdi></code>
                </th>
                <td class="muted">${kinds[file.mode] ?? 'file'}</td>
                <td class="number">${size(file.size)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${files.length > limits.files && html`<p class="muted">${files.length - limits.files} more are in a clone.</p>`}
  </section>`

const kinds: Readonly<Record<string, string>> = {
  '100755': 'program',
  '120000': 'link',
  '160000': 'submodule',
}
