/** The files that an execution left. */
import type { Artifact } from '../store/results.ts'
import { html, type Html } from './html.ts'
import { counted } from './marks.ts'
import { size } from './moment.ts'
import { fileKind } from '../file-kind.ts'
import { archivePath, artifactPath, viewPath } from './paths.ts'

interface ArtifactsView {
  execution: { id: string }
  attempts: readonly unknown[]
  artifacts: readonly Artifact[]
}

/** Beyond it a table is no help any more; all of them are in the JSON. */
const most = 500

export function artifactsSection({ execution, attempts, artifacts }: ArtifactsView): Html {
  const bytes = artifacts.reduce((sum, artifact) => sum + artifact.size, 0)
  return html`<section aria-labelledby="artifacts">
    <h2 id="artifacts">
      ${counted(artifacts.length, 'artifact')}, <span class="muted">${size(bytes)}</span>
    </h2>
    <p class="actions"><a href="${archivePath(execution.id)}">All of them and the log, as one archive</a></p>
    <div class="scroll" role="region" aria-label="Artifacts" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" class="number">Size</th>
            <th scope="col">Type</th>
            ${attempts.length > 1 && html`<th scope="col" class="number">Attempt</th>`}
            <th scope="col">SHA-256</th>
            <th scope="col"><span class="unseen">Download</span></th>
          </tr>
        </thead>
        <tbody>
          ${artifacts
            .slice(0, most)
            .map((artifact) => artifactRow(execution.id, artifact, attempts.length > 1))}
        </tbody>
      </table>
    </div>
    ${artifacts.length > most && html`<p class="muted">${artifacts.length - most} more are in the JSON of this page.</p>`}
  </section>`
}

const artifactRow = (id: string, artifact: Artifact, withAttempt: boolean): Html =>
  html`<tr>
    <th scope="row">
      <a href="${viewPath(id, artifact.path)}?attempt=${artifact.attempt}"><bdi>${artifact.path}</bdi></a>
    </th>
    <td class="number">${size(artifact.size)}</td>
    <td>${fileKind(artifact.path).type}</td>
    ${withAttempt && html`<td class="number">${artifact.attempt}</td>`}
    <td><code class="digest">${artifact.sha256}</code></td>
    <td>
      <a
        href="${artifactPath(id, artifact.path, artifact.attempt)}"
        download
        aria-label="Download ${artifact.path}"
        >Download</a
      >
    </td>
  </tr>`
