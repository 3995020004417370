/** What stands where a file of an execution was: what it was, when it went and why, and how to have it again. */
import { expiryWords } from '../../core/retention.ts'
import type { Problem } from '../problem.ts'
import type { Expired } from '../require-held.ts'
import { html } from './html.ts'
import { page, type Document } from './layout.ts'
import { size, timestamp } from './moment.ts'
import { executionPath } from './paths.ts'

export const isExpired = (problem: Problem): problem is Problem & Expired => problem.code === 'FILES_EXPIRED'

export function expiredPage({
  execution,
  expiredAt,
  why,
  artifact,
  rerun,
  runAtHome,
  status,
  code,
}: Problem & Expired): Document {
  const name = artifact ? artifact.path : 'What it left'
  return page({
    title: `${name} is gone`,
    content: html`
      <header class="head">
        <h1 class="subject"><bdi>${name}</bdi> is gone</h1>
        <p class="lead">
          It went on ${timestamp(expiredAt)}, because ${expiryWords[why]}. The
          <a href="${executionPath(execution)}">execution and its results</a> are still here.
        </p>
        ${
          artifact &&
          html`<p class="muted">
            It had ${size(artifact.size)}, left by attempt ${artifact.attempt}, SHA-256
            <code class="digest">${artifact.sha256}</code>
          </p>`
        }
      </header>
      <section aria-labelledby="again">
        <h2 id="again">Have it again</h2>
        <p>
          Run the same check of the same commit on the same build once more, for those who maintain the
          package:
        </p>
        <pre class="commands" tabindex="0"><code>${rerun}</code></pre>
        <p>Or at home, in the same kind of machine:</p>
        <pre class="commands" tabindex="0"><code>${runAtHome}</code></pre>
      </section>
      <p class="muted">${status} <code>${code}</code></p>
    `,
  })
}
