/** Outcomes and states as people see them: a shape, a word and a colour, never the colour alone. */
import type { Party } from '../../core/execution.ts'
import type { MarkCounts } from '../../core/overview.ts'
import { bySeverity, type Mark } from '../../core/standing.ts'
import { html, type Html } from './html.ts'

export const words: Readonly<Record<Mark, string>> = {
  passed: 'passed',
  failed: 'failed',
  info: 'info',
  needs_inspection: 'needs inspection',
  skipped: 'skipped',
  errored: 'errored',
  cancelled: 'cancelled',
  scheduled: 'waiting',
  running: 'running',
}

/** Outlines on a grid of 16 by 16, told apart by shape. */
const shapes: Readonly<Record<Mark, Html>> = {
  passed: html`<circle cx="8" cy="8" r="7" fill="currentColor" /><path
      class="ink"
      d="M4.6 8.3l2.3 2.4 4.5-5"
    />`,
  failed: html`<path fill="currentColor" d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" /><path
      class="ink"
      d="M5.5 5.5l5 5m0-5l-5 5"
    />`,
  needs_inspection: html`<path fill="currentColor" d="M8 .8l7.6 14H.4z" /><path
      class="ink"
      d="M8 6v4m0 2v.6"
    />`,
  errored: html`<path fill="currentColor" d="M8 .6L15.4 8 8 15.4.6 8z" /><path
      class="ink"
      d="M8.8 4L6 8.4h4L7.2 12"
    />`,
  info: html`<circle cx="8" cy="8" r="7" fill="currentColor" /><path class="ink" d="M8 7.4v4.2M8 4.3v.6" />`,
  skipped: html`<circle class="line" cx="8" cy="8" r="6.2" /><path class="line" d="M5 8h6" />`,
  cancelled: html`<circle class="line" cx="8" cy="8" r="6.2" /><path class="line" d="M3.8 12.2l8.4-8.4" />`,
  scheduled: html`<circle class="line" cx="8" cy="8" r="6.2" /><path class="line" d="M8 4.6V8l2.4 1.6" />`,
  running: html`<circle class="line faint" cx="8" cy="8" r="6.2" /><path
      class="line"
      d="M8 1.8A6.2 6.2 0 0 1 14.2 8"
    />`,
}

/** The shapes, once per page; `icon` refers to them. */
export const sprite: Html = html`<svg class="sprite" aria-hidden="true" width="0" height="0">
  ${bySeverity.map((mark) => html`<symbol id="mark-${mark}" viewBox="0 0 16 16">${shapes[mark]}</symbol>`)}
</svg>`

/** The bare shape: whoever uses it gives it a name. */
export const icon = (mark: Mark): Html =>
  html`<svg class="icon ${mark}" aria-hidden="true" width="16" height="16"><use href="#mark-${mark}" /></svg>`

/** Shape and word. */
export const chip = (mark: Mark): Html => html`<span class="chip ${mark}">${icon(mark)} ${words[mark]}</span>`

/** `4 passed, 1 failed`, worst first. */
export const countWords = (counts: MarkCounts): string =>
  bySeverity.flatMap((mark) => (counts[mark] ? `${counts[mark]} ${words[mark]}` : [])).join(', ')

const parties: Readonly<Record<Party, string>> = {
  package: 'This concerns the package.',
  check: 'This concerns the check, not the package.',
  service: 'This concerns the service, not the package or its check.',
}

/** Whom an outcome concerns, in a sentence; nobody for a pass. */
export const concernsWords = (party: Party | null): string => (party ? parties[party] : '')

/** `1 check`, `2 checks` */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
