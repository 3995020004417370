/** A package's verdict as a small picture, for pages elsewhere. */
import type { Mark } from '../../core/standing.ts'
import { html, type Html } from './html.ts'
import { words } from './marks.ts'

/** White text on each is readable (WCAG AA). */
const colours: Readonly<Record<Mark, string>> = {
  passed: '#1a6b3c',
  failed: '#b3261e',
  needs_inspection: '#8a5300',
  errored: '#7a3fa8',
  info: '#1f5fa8',
  skipped: '#5a6270',
  cancelled: '#5a6270',
  scheduled: '#0a5c8a',
  running: '#0a5c8a',
}

/** Pixels: about what a letter of 11 px takes; `textLength` makes it exact whatever the font. */
const letter = 6.6
const padding = 6

/** `mark`: null when no check ran. */
export function badge(label: string, mark: Mark | null): Html {
  const word = mark ? words[mark] : 'no checks'
  const [left, right] = [widthOf(label), widthOf(word)]
  const width = left + right + 4 * padding
  const split = left + 2 * padding
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${width}"
    height="20"
    viewBox="0 0 ${width} 20"
    role="img"
    aria-label="${label}: ${word}"
  >
    <title>${label}: ${word}</title>
    <clipPath id="r"><rect width="${width}" height="20" rx="3" /></clipPath>
    <g clip-path="url(#r)">
      <rect width="${split}" height="20" fill="#3c4048" />
      <rect x="${split}" width="${width - split}" height="20" fill="${mark ? colours[mark] : '#5a6270'}" />
    </g>
    <g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
      <text x="${padding}" y="14" textLength="${left}">${label}</text>
      <text x="${split + padding}" y="14" textLength="${right}">${word}</text>
    </g>
  </svg> `
}

const widthOf = (text: string): number => Math.round(text.length * letter)
