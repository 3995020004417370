/** What changed between a run that held and one that broke, as a list with links to the whole of each change. */
import type { Difference } from '../../core/differences.ts'
import { html, type Html } from './html.ts'
import { counted } from './marks.ts'
import { comparePath } from './paths.ts'

const names: Readonly<Record<Exclude<Difference['what'], 'package'>, string>> = {
  version: 'Version',
  commit: 'Check',
  image: 'Image',
  imageDigest: 'Content of the image',
  accelerator: 'Accelerator',
  qemu: 'qemu',
}

/** `repository`: that of the check; `most`: how many are shown. */
export const differenceList = (differences: readonly Difference[], repository: string, most: number): Html =>
  differences.length === 0
    ? html`<p class="changed">Nothing that is recorded changed in between.</p>`
    : html`<dl class="changed">
        ${differences.slice(0, most).map(
          (difference) =>
            html`<div>
              <dt>
                ${difference.what === 'package' ? html`<bdi>${difference.name}</bdi>` : names[difference.what]}
              </dt>
              <dd>${change(difference, repository)}</dd>
            </div>`,
        )}
        ${differences.length > most && leftOut(differences.length - most)}
      </dl>`

const leftOut = (count: number): Html =>
  html`<div>
    <dt>And</dt>
    <dd>${counted(count, 'more package')}</dd>
  </div>`

function change({ what, before, after }: Difference, repository: string): Html {
  if (before === null || after === null) return html`${version(before)} → ${version(after)}`
  if (what === 'commit')
    return html`${short(before)} → ${short(after)},
      <a href="${comparePath(repository, before, after)}">the change</a>`
  return what === 'imageDigest'
    ? html`${short(before)} → ${short(after)}`
    : html`<bdi>${before}</bdi> → <bdi>${after}</bdi>`
}

const version = (said: string | null): Html =>
  said === null ? html`<span class="muted">not installed</span>` : html`<bdi>${said}</bdi>`

/** The beginning of a long name in hexadecimal. */
const short = (id: string): Html => html`<code title="${id}">${id.slice(0, 10)}</code>`
