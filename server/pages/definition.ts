/** What a check is told to do, and in what machine. */
import type { Check } from '../../core/check.ts'
import { html, type Html } from './html.ts'
import { duration, size } from './moment.ts'

export const definitionList = (check: Check): Html =>
  html`<section aria-labelledby="definition">
    <h2 id="definition">The check</h2>
    <pre class="commands" tabindex="0"><code>${check.run}</code></pre>
    <dl class="facts brief">
      ${facts(check).map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd><bdi>${value}</bdi></dd>
          </div>`,
      )}
    </dl>
  </section>`

const installed = ({ install, packages, dep8, tmt, sti }: Check): string =>
  dep8?.depends ||
  [install ? "the build's packages" : '', ...packages, (tmt ?? sti) ? 'what its tests require' : '']
    .filter(Boolean)
    .join(', ') ||
  'nothing'

const facts = (check: Check): [string, string][] => [
  ['Image', check.image ?? "the site's own"],
  ['Installs', installed(check)],
  ['Network', check.network],
  ['Time limit', duration(check.timeoutSeconds * 1000)],
  ['Memory', size(check.memoryMiB * 1024 ** 2)],
  ['Processors', String(check.cpus)],
  ['Disk', size(check.diskMiB * 1024 ** 2)],
]
