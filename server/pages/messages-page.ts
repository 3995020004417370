/** What is heard from outside, what of it counted, and what waits to be told to others. */
import type { ListenerView, PublisherView, SetAsideView } from '../listener-views.ts'
import { html, type Html } from './html.ts'
import { page, type Document } from './layout.ts'
import { counted } from './marks.ts'
import { duration, moment, size } from './moment.ts'

export interface MessagesView {
  listeners: readonly ListenerView[]
  publishers: readonly PublisherView[]
  /** Newest first. */
  setAside: readonly SetAsideView[]
}

export function messagesPage(view: MessagesView, now: string): Document {
  const { listeners, publishers, setAside } = view
  return page({
    title: 'Messages',
    content: html`
      <header class="head">
        <h1>Messages</h1>
        <p class="lead">${headline(view)}</p>
      </header>
      ${listeners.length > 0 ? listenersSection(listeners, now) : noListeners}
      ${setAside.length > 0 && setAsideSection(setAside, now)} ${outboxSection(publishers, now)}
    `,
  })
}

function headline({ listeners, publishers }: MessagesView): string {
  const troubled = listeners.filter(({ active, trouble }) => active && trouble !== null).length
  const waiting = publishers.reduce((sum, one) => sum + one.waiting, 0)
  const dead = publishers.reduce((sum, one) => sum + one.dead, 0)
  const heard = `${counted(listeners.filter(({ active }) => active).length, 'listener')}${troubled > 0 ? `, ${troubled} in trouble` : ''}`
  return `${heard}; ${counted(waiting, 'message')} to send${dead > 0 ? `, ${dead} given up` : ''}.`
}

const noListeners = html`<div class="card empty">
  <h2>Nothing is listened to</h2>
  <p>
    Builds are announced to <code>POST /api/v1/events</code>. The part <code>listeners</code> of the settings
    file names archives and message buses to hear of them from.
  </p>
</div>`

const listenersSection = (listeners: readonly ListenerView[], now: string): Html =>
  html`<section aria-labelledby="listeners">
    <h2 id="listeners">Listeners</h2>
    <ul class="plain listeners">
      ${listeners.map((listener) => html`<li class="card ${!listener.active && 'away'}">${listenerPart(listener, now)}</li>`)}
    </ul>
  </section>`

const listenerPart = (listener: ListenerView, now: string): Html =>
  html`<h3>
      <bdi>${listener.name}</bdi> <span class="tag">${kinds[listener.kind] ?? listener.kind}</span>
      ${!listener.active && html`<span class="tag">no longer in the settings</span>`}
    </h3>
    ${
      listener.trouble !== null &&
      html`<p class="trouble">
        <strong
          >It cannot
          listen${listener.troubleSince && html` since ${moment(listener.troubleSince, now)}`}:</strong
        >
        <bdi>${listener.trouble}</bdi>
      </p>`
    }
    <p>${heardLast(listener, now)}</p>
    <p class="muted">
      ${counted(listener.stored, 'build')}
      taken${listener.repeated > 0 && `, ${counted(listener.repeated, 'repeat')}`}${listener.setAside > 0 && `, ${counted(listener.setAside, 'message')} set aside`}.
    </p>
    ${listener.ignored.length > 0 && ignoredTable(listener, now)}`

const kinds: Readonly<Record<string, string>> = { archive: 'archive', bus: 'message bus' }

const heardLast = ({ heardAt, heard, lag }: ListenerView, now: string): Html =>
  heardAt === null
    ? html`It has heard of no build yet.`
    : html`Heard last ${moment(heardAt, now)}:
        <bdi>${heard}</bdi
        >${lag !== null && html`<span class="muted">, ${duration(lag)} after it was sent</span>`}`

const ignoredTable = ({ name, ignored }: ListenerView, now: string): Html =>
  html`<div class="scroll" role="region" aria-label="What ${name} ignored" tabindex="0">
    <table>
      <caption>
        Ignored, by rule
      </caption>
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col" class="number">Messages</th>
          <th scope="col">Last</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        ${ignored.map(
          ({ rule, count, last, lastAt }) =>
            html`<tr>
              <th scope="row"><code>${rule}</code></th>
              <td class="number">${count}</td>
              <td><bdi>${last}</bdi></td>
              <td>${moment(lastAt, now)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`

const setAsideSection = (messages: readonly SetAsideView[], now: string): Html =>
  html`<section aria-labelledby="set-aside">
    <h2 id="set-aside">Not understood</h2>
    <p class="muted">
      The newest messages that were set aside. <code>assay listener set-aside</code> lists all of them.
    </p>
    <ul class="plain rows">
      ${messages.map(
        ({ id, listener, topic, why, size: bytes, setAsideAt }) =>
          html`<li>
            <strong>${id}</strong> <bdi>${topic}</bdi>
            <span class="muted"
              >from <bdi>${listener}</bdi>, ${size(bytes)}, ${moment(setAsideAt, now)}.</span
            >
            <bdi>${why}</bdi>
          </li>`,
      )}
    </ul>
  </section>`

const outboxSection = (publishers: readonly PublisherView[], now: string): Html =>
  html`<section aria-labelledby="outbox">
    <h2 id="outbox">To be told</h2>
    ${
      publishers.length === 0
        ? html`<p class="muted">
            Nobody is told: the part <code>publishers</code> of the settings file names who is.
          </p>`
        : publishersTable(publishers, now)
    }
  </section>`

const publishersTable = (publishers: readonly PublisherView[], now: string): Html =>
  html`<div class="scroll" role="region" aria-label="Publishers" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">Publisher</th>
          <th scope="col" class="number">Waiting</th>
          <th scope="col" class="number">Given up</th>
          <th scope="col">Oldest that waits</th>
        </tr>
      </thead>
      <tbody>
        ${publishers.map(
          ({ name, active, waiting, dead, oldestAt }) =>
            html`<tr>
              <th scope="row">
                <bdi>${name}</bdi> ${!active && html`<span class="tag">no longer in the settings</span>`}
              </th>
              <td class="number">${waiting}</td>
              <td class="number">${dead}</td>
              <td>${oldestAt === null ? html`<span class="muted">none</span>` : moment(oldestAt, now)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
