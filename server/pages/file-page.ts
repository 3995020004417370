/** The page of one file that an execution left, its log or an artifact: what it is, and as much of it as can be shown. */
import type { FileKind } from '../file-kind.ts'
import type { Execution } from '../store/executions.ts'
import type { Artifact } from '../store/results.ts'
import { html, type Html } from './html.ts'
import { page, type Document } from './layout.ts'
import { size } from './moment.ts'
import {
  artifactPath,
  buildPath,
  executionPath,
  logPath,
  logViewPath,
  packagePath,
  viewPath,
} from './paths.ts'
import type { TextView } from './read-text.ts'
import { textSection } from './text-section.ts'

export interface LogPageView {
  execution: Execution
  attempt: number
  text: TextView
}

export interface ArtifactPageView {
  execution: Execution
  artifact: Artifact
  kind: FileKind
  /** null for what is no text. */
  text: TextView | null
}

export const logPage = ({ execution, attempt, text }: LogPageView): Document =>
  filePage(execution, 'Log', {
    title: html`Log of attempt ${attempt}`,
    facts: null,
    actions: html`<a href="${logPath(execution.id, attempt)}">As plain text</a>`,
    content: textSection('Log', { path: logViewPath(execution.id), parameters: { attempt } }, text),
  })

export function artifactPage({ execution, artifact, kind, text }: ArtifactPageView): Document {
  const { path, attempt, sha256 } = artifact
  const raw = artifactPath(execution.id, path, attempt)
  return filePage(execution, path, {
    title: html`<bdi>${path}</bdi>`,
    facts: html`${size(artifact.size)}, ${kind.type}, left by attempt ${attempt}, SHA-256
      <code class="digest">${sha256}</code>`,
    actions: html`<a href="${raw}" download>Download</a>`,
    content: shown(artifact, kind, text, execution.id),
  })
}

function shown({ path, attempt }: Artifact, { kind }: FileKind, text: TextView | null, id: string): Html {
  const raw = artifactPath(id, path, attempt)
  if (text) return textSection('Text', { path: viewPath(id, path), parameters: { attempt } }, text)
  if (kind === 'image')
    return html`<section aria-label="Picture">
      <a class="picture" href="${raw}"><img src="${raw}" alt="${path}" /></a>
    </section>`
  if (kind === 'page')
    return html`<section aria-label="Page">
      <p class="muted">
        A check wrote this page. It is shut off: it reaches neither this site nor any other, and only what it
        holds itself and pictures beside it are shown.
      </p>
      <iframe
        class="framed"
        sandbox="allow-scripts"
        src="${`${raw}&as=page`}"
        title="${path}"
        referrerpolicy="no-referrer"
      ></iframe>
    </section>`
  return html`<p>Nothing of this file can be shown here: download it.</p>`
}

interface FileParts {
  title: Html
  facts: Html | null
  actions: Html
  content: Html
}

const filePage = (
  execution: Execution,
  name: string,
  { title, facts, actions, content }: FileParts,
): Document =>
  page({
    title: `${name}, ${execution.check}, ${execution.package} ${execution.version}`,
    trail: [
      ['Packages', '/'],
      [execution.package, packagePath(execution.package)],
      [execution.version, buildPath(execution.buildId)],
      [execution.check, executionPath(execution.id)],
      [name, null],
    ],
    content: html`<header class="head">
        <h1 class="subject">${title}</h1>
        ${facts && html`<p class="muted">${facts}</p>`}
        <p class="actions">${actions} <a href="${executionPath(execution.id)}">The execution</a></p>
      </header>
      ${content}`,
  })
