/** What changed between a run that held and one that broke, as a list with links to the whole of each change. */
import type { Difference } from '../../core/differences.ts'
import { html, type Html } from './html.ts'
import { comparePath } from './paths.ts'

const names: Readonly<Record<Difference['what'], string>> = {
  version: 'Version',
  commit: 'Check',
  image: 'Image',
  imageDigest: 'Content of the image',
  accelerator: 'Accelerator',
  qemu: 'qemu',
}

/** `repository`: that of the check. */
export const differenceList = (differences: readonly Difference[], repository: string): Html =>
  differences.length === 0
    ? html`<p class="changed">Nothing that is recorded changed in between.</p>`
    : html`<dl class="changed">
        ${differences.map(
          (difference) =>
            html`<div>
              <dt>${names[difference.what]}</dt>
              <dd>${change(difference, repository)}</dd>
            </div>`,
        )}
      </dl>`

function change({ what, before, after }: Difference, repository: string): Html {
  if (what === 'commit')
    return html`${short(before)} → ${short(after)},
      <a href="${comparePath(repository, before, after)}">the change</a>`
  return what === 'imageDigest'
    ? html`${short(before)} → ${short(after)}`
    : html`<bdi>${before}</bdi> → <bdi>${after}</bdi>`
}

/** The beginning of a long name in hexadecimal. */
const short = (id: string): Html => html`<code title="${id}">${id.slice(0, 10)}</code>`
