/** The steps of an attempt, drawn to scale, with a legend that says the same in words. */
import type { AttemptView, StepView } from './execution-view.ts'
import { html, type Html } from './html.ts'
import { between, duration } from './moment.ts'

/** Percent of the width that even the shortest step gets. */
const least = 0.6

export function timeline({ steps, startedAt, endedAt }: AttemptView, now: string): Html | null {
  if (steps.length === 0) return null
  const end = endedAt ?? now
  const whole = Math.max(1, between(startedAt, end))
  const percent = (from: string, to: string): number => (100 * between(from, to)) / whole
  return html`<svg class="timeline" width="100%" height="14" aria-hidden="true">
      ${steps.map((step) => {
        const from = clamp(percent(startedAt, step.startedAt))
        const width = clamp(percent(step.startedAt, step.endedAt ?? end) - 0.2)
        return html`<rect
          class="${step.step}"
          x="${from.toFixed(2)}%"
          width="${Math.max(least, width).toFixed(2)}%"
          height="14"
        />`
      })}
    </svg>
    <ol class="steps">
      ${steps.map((step) => legend(step, now))}
    </ol>`
}

const clamp = (percent: number): number => Math.min(100, Math.max(0, percent))

const legend = ({ step, startedAt, endedAt }: StepView, now: string): Html =>
  html`<li>
    <svg class="swatch" width="10" height="10" aria-hidden="true">
      <rect class="${step}" width="10" height="10" />
    </svg>
    ${step}
    <span class="muted">${duration(between(startedAt, endedAt ?? now))}${endedAt === null && ' so far'}</span>
  </li>`
