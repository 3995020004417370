/** The files that an execution left. */
import type { Artifact } from '../store/results.ts'
import { html, type Html } from './html.ts'
import { counted } from './marks.ts'
import { size } from './moment.ts'
import { artifactPath } from './paths.ts'

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
    <div class="scroll" role="region" aria-label="Artifacts" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" class="number">Size</th>
            ${attempts.length > 1 && html`<th scope="col" class="number">Attempt</th>`}
            <th scope="col">SHA-256</th>
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
      <a href="${artifactPath(id, artifact.path, artifact.attempt)}"><bdi>${artifact.path}</bdi></a>
    </th>
    <td class="number">${size(artifact.size)}</td>
    ${withAttempt && html`<td class="number">${artifact.attempt}</td>`}
    <td><code class="digest">${artifact.sha256}</code></td>
  </tr>`
