/** The page of what one commit of a check repository changed since another, file by file. */
import { structuredPatch, type StructuredPatchHunk } from 'diff'
import type { FileChange, TreeChanges } from '../git/tree-changes.ts'
import { html, type Html } from './html.ts'
import { page, type Document } from './layout.ts'
import { counted } from './marks.ts'
import { moment } from './moment.ts'
import { commitPath, packagePath } from './paths.ts'

export interface CompareView {
  /** namespace/name of the check repository. */
  repository: string
  from: CommitHead
  to: CommitHead
  changes: TreeChanges
}

interface CommitHead {
  commit: string
  author: string
  date: string
  message: string
}

/** Beyond them a page is no help any more: a clone is. Lines of one file, edits that are looked for, milliseconds. */
const limits = { lines: 1000, edits: 2000, timeout: 100 }

export const comparePage = ({ repository, from, to, changes }: CompareView, now: string): Document =>
  page({
    title: `${from.commit.slice(0, 10)} to ${to.commit.slice(0, 10)}, ${repository}`,
    trail: [
      ['Packages', '/'],
      [repository, packagePath(repository)],
      ['Changes of its checks', null],
    ],
    content: html`
      <header class="head">
        <h1>What changed in the checks</h1>
        <p class="lead">${counted(changes.files.length + changes.more, 'file')} changed.</p>
      </header>
      <dl class="facts">
        ${commitFact('From', repository, from, now)} ${commitFact('To', repository, to, now)}
      </dl>
      ${changes.files.map((file, at) => fileSection(file, at))}
      ${changes.more > 0 && html`<p class="muted">${counted(changes.more, 'more file')} changed: a clone shows all of them.</p>`}
    `,
  })

const commitFact = (name: string, repository: string, head: CommitHead, now: string): Html =>
  html`<div>
    <dt>${name}</dt>
    <dd>
      <a href="${commitPath(repository, head.commit)}"><code>${head.commit.slice(0, 10)}</code></a>
      <bdi>${head.message.split('\n')[0]}</bdi>
      <span class="muted"><bdi>${head.author}</bdi>, ${moment(head.date, now)}</span>
    </dd>
  </div>`

const fileSection = (file: FileChange, at: number): Html =>
  html`<section aria-labelledby="file-${at}">
    <h2 id="file-${at}">
      <code><bdi>${file.path}</bdi></code> <span class="tag">${kindOf(file)}</span>
    </h2>
    ${patchOf(file)}
  </section>`

function kindOf({ before, after }: FileChange): string {
  if (!before) return 'new'
  if (!after) return 'removed'
  return before.mode === after.mode ? 'changed' : `mode ${before.mode} → ${after.mode}`
}

function patchOf({ path, before, after }: FileChange): Html {
  if (before?.text === null || after?.text === null)
    return html`<p class="muted">It is no text, or too long to be shown here.</p>`
  const patch = structuredPatch(path, path, before?.text ?? '', after?.text ?? '', undefined, undefined, {
    context: 3,
    maxEditLength: limits.edits,
    timeout: limits.timeout,
  })
  if (!patch) return html`<p class="muted">It changed too much to be shown line by line.</p>`
  if (patch.hunks.length === 0) return html`<p class="muted">Its content is the same.</p>`
  const lines = patch.hunks.flatMap(hunkLines)
  return html`<div class="scroll diff" role="region" aria-label="Changes of ${path}" tabindex="0">
      <pre>${lines.slice(0, limits.lines)}</pre>
    </div>
    ${lines.length > limits.lines && html`<p class="muted">${lines.length - limits.lines} more lines are in a clone.</p>`}`
}

const hunkLines = ({ oldStart, oldLines, newStart, newLines, lines }: StructuredPatchHunk): Html[] => [
  html`<span class="hunk">@@ -${oldStart},${oldLines} +${newStart},${newLines} @@</span>`,
  ...lines.map((line) => diffLine(line)),
]

/** The sign at its beginning says what the colour does. */
const diffLine = (line: string): Html =>
  line.startsWith('+')
    ? html`<ins>${line}</ins>`
    : line.startsWith('-')
      ? html`<del>${line}</del>`
      : html`<span>${line}</span>`
