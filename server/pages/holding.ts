/** How long what an execution left will still be there, or that it is gone. */
import { expiryWords } from '../../core/retention.ts'
import type { Holding } from '../store/holdings.ts'
import type { Artifact } from '../store/results.ts'
import type { HoldingView } from './execution-view.ts'
import { html, type Html } from './html.ts'
import { counted } from './marks.ts'
import { moment, size, timestamp } from './moment.ts'

/** Until when it stays; null while nobody can say. */
export function stayWords({ kept, goesAt, bytes }: HoldingView, now: string): Html | null {
  if (kept) return html`<p class="muted">Kept for <bdi>${kept.by}</bdi> since ${moment(kept.at, now)}.</p>`
  if (bytes === null || goesAt === null) return null
  return html`<p class="muted">
    ${size(bytes)} that go ${moment(goesAt, now)}, or sooner when the package leaves more than is kept, unless
    a maintainer says <code>assay keep</code>.
  </p>`
}

export function goneSection(
  id: string,
  { at, why }: NonNullable<Holding['expired']>,
  artifacts: readonly Artifact[],
): Html {
  const bytes = artifacts.reduce((sum, artifact) => sum + artifact.size, 0)
  return html`<section aria-labelledby="left">
    <h2 id="left">Log and artifacts</h2>
    <p>They went on ${timestamp(at)}, because ${expiryWords[why]}. The results stay.</p>
    ${
      artifacts.length > 0 &&
      html`<details>
        <summary>${counted(artifacts.length, 'artifact')} of ${size(bytes)} that there were</summary>
        <ul>
          ${artifacts
            .slice(0, 500)
            .map(
              ({ path, size: bytes, sha256 }) =>
                html`<li><bdi>${path}</bdi>, ${size(bytes)}, <code class="digest">${sha256}</code></li>`,
            )}
        </ul>
      </details>`
    }
    <p>To have them again, run it once more:</p>
    <pre class="commands" tabindex="0"><code>assay rerun ${id}</code></pre>
  </section>`
}
