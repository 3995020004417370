/** Trends as small pictures, each with the same in words beside it. */
import type { TrendPoint } from '../../core/trend.ts'
import type { Mark } from '../../core/standing.ts'
import { html, type Html } from './html.ts'
import { counted } from './marks.ts'
import { duration } from './moment.ts'

/** Pixels. */
const bar = { width: 14, gap: 4, least: 2 }
const heights = { verdicts: 36, durations: 16 }

const x = (at: number): number => at * (bar.width + bar.gap)
const widthOf = (bars: number): number => Math.max(bar.width, x(bars) - bar.gap)

/** Of `most`, drawn on `height` pixels. */
const scaled = (value: number, most: number, height: number): number =>
  most <= 0 ? bar.least : Math.max(bar.least, Math.round((height * value) / most))

/** How many checks held from build to build and how long they took; nothing of a single build. */
export function releaseTrend(points: readonly TrendPoint[]): Html | null {
  if (points.length < 2) return null
  const most = Math.max(...points.map(({ milliseconds }) => milliseconds))
  const height = heights.verdicts + 4 + heights.durations
  return html`<figure class="trend">
    <svg width="${widthOf(points.length)}" height="${height}" role="img" aria-label="${verdictWords(points)}">
      ${points.map((point, at) => releaseBar(point, x(at), most))}
    </svg>
    <figcaption>
      ${rateWords(points)}<br />${timeWords(points.map(({ milliseconds }) => milliseconds))}
    </figcaption>
  </figure>`
}

function releaseBar({ build, held, judged, milliseconds }: TrendPoint, left: number, most: number): Html {
  const broken = held === judged ? 0 : scaled(judged - held, judged, heights.verdicts)
  const took = scaled(milliseconds, most, heights.durations)
  return html`<g>
    <title>${build.version}: ${held} of ${judged} held, took ${duration(milliseconds)}</title>
    <rect class="bar passed" x="${left}" width="${bar.width}" height="${heights.verdicts - broken}" />
    <rect
      class="bar failed"
      x="${left}"
      y="${heights.verdicts - broken}"
      width="${bar.width}"
      height="${broken}"
    />
    <rect class="bar time" x="${left}" y="${heights.verdicts + 4}" width="${bar.width}" height="${took}" />
  </g>`
}

const verdictWords = (points: readonly TrendPoint[]): string =>
  `From the oldest build to the newest: ${points.map(({ held, judged }) => `${held} of ${judged}`).join(', ')} checks held.`

function rateWords(points: readonly TrendPoint[]): string {
  const sum = (pick: (point: TrendPoint) => number): number =>
    points.reduce((total, point) => total + pick(point), 0)
  const percent = Math.floor((100 * sum(({ held }) => held)) / sum(({ judged }) => judged))
  return `${percent} % held over ${counted(points.length, 'build')}`
}

/** `newest` is the last. */
export function timeWords(milliseconds: readonly number[]): string {
  const newest = milliseconds.at(-1) ?? 0
  const before = [...milliseconds.slice(0, -1)].sort((one, other) => one - other)
  const usual = before[Math.floor(before.length / 2)]
  return usual === undefined
    ? `took ${duration(newest)}`
    : `took ${duration(newest)}, before that usually ${duration(usual)}`
}

/** One run of a check. */
export interface Run {
  mark: Mark
  /** null: it did not run. */
  milliseconds: number | null
  /** What stands on hovering. */
  said: string
}

const tall = 48

/** Runs of a check from the oldest to the newest: colour is the verdict, height the time that it took. */
export function runTrend(runs: readonly Run[], label: string): Html {
  const most = Math.max(0, ...runs.map(({ milliseconds }) => milliseconds ?? 0))
  return html`<svg width="${widthOf(runs.length)}" height="${tall}" role="img" aria-label="${label}">
    ${runs.map(({ mark, milliseconds, said }, at) => {
      const height = scaled(milliseconds ?? 0, most, tall)
      return html`<g>
        <title>${said}</title>
        <rect class="bar ${mark}" x="${x(at)}" y="${tall - height}" width="${bar.width}" height="${height}" />
      </g>`
    })}
  </svg>`
}
