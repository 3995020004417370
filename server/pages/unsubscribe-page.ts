/** Stopping messages: asks once, as programs that look into mail follow its links, and says what was done. */
import { everyPackage } from '../../core/notify.ts'
import { html } from './html.ts'
import { page, type Document } from './layout.ts'

export interface UnsubscribeView {
  user: string
  /** A package, or `*`. */
  about: string
  isDone: boolean
}

export const unsubscribePage = ({ user, about, isDone }: UnsubscribeView): Document => {
  const what = about === everyPackage ? 'any package' : about
  return page({
    title: 'Messages',
    content: html`
      <header class="head">
        <h1>${isDone ? 'Stopped' : 'Stop messages?'}</h1>
        <p class="lead">
          ${isDone ? 'No more messages' : 'Messages'} for <bdi>${user}</bdi> about <bdi>${what}</bdi>.
        </p>
      </header>
      ${
        isDone
          ? html`<p class="muted">
              <code>assay person follow ${user} ${about === everyPackage ? "'*'" : about} changes</code>
              brings them back.
            </p>`
          : html`<form method="post"><button>Stop them</button></form>`
      }
    `,
  })
}
