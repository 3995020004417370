/** The form by which people narrow down executions: the same words as in the API. */
import { outcomes, states } from '../../core/execution.ts'
import { html, type Html } from './html.ts'
import { words } from './marks.ts'

/** What is asked for, by the name of the field. */
export type Asked = Readonly<Record<string, string>>

export const searchForm = (asked: Asked): Html =>
  html`<form class="filter card" action="/search" method="get" aria-label="Executions">
    ${text('package', 'Package', asked, 'deb/hello')} ${text('check', 'Check', asked, 'smoke')}
    ${text('build', 'Build', asked, 'its id')} ${choice('state', 'State', states, asked)}
    ${choice('outcome', 'Outcome', outcomes, asked)} ${text('reason', 'Reason', asked, 'timeout')}
    ${text('runner', 'Runner', asked, '')} ${day('since', 'From', asked)} ${day('until', 'To', asked)}
    <button>Find executions</button>
  </form>`

const text = (name: string, label: string, asked: Asked, example: string): Html =>
  html`<label
    >${label}
    <input
      name="${name}"
      value="${asked[name]}"
      placeholder="${example}"
      maxlength="200"
      autocomplete="off"
      spellcheck="false"
  /></label>`

/** A day is what people think in; programs may give any moment, which a field for days cannot show. */
const day = (name: string, label: string, asked: Asked): Html =>
  html`<label>${label} <input type="date" name="${name}" value="${asked[name]?.slice(0, 10)}" /></label>`

const choice = (
  name: string,
  label: string,
  choices: readonly (keyof typeof words | 'finished')[],
  asked: Asked,
): Html =>
  html`<label
    >${label}
    <select name="${name}">
      <option value="">any</option>
      ${choices.map((one) =>
        asked[name] === one
          ? html`<option value="${one}" selected>${wordOf(one)}</option>`
          : html`<option value="${one}">${wordOf(one)}</option>`,
      )}
    </select></label
  >`

const wordOf = (one: keyof typeof words | 'finished'): string => (one === 'finished' ? one : words[one])
