/** Points and lengths of time in words. */
import { html, type Html } from './html.ts'

const units = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** `2 days ago`, as seen at `now`; both ISO 8601. */
export function ago(at: string, now: string): string {
  const seconds = (Date.parse(at) - Date.parse(now)) / 1000
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1]
  return Math.abs(seconds) < 10 ? 'just now' : relative.format(Math.round(seconds / length), unit)
}

/** `2026-11-24 05:18:12 UTC` */
export const absolute = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`

/** A point in time as people say it, with the exact one for machines and on hovering. */
export const moment = (at: string, now: string): Html =>
  html`<time datetime="${at}" title="${absolute(at)}">${ago(at, now)}</time>`

/** A point in time to the second. */
export const timestamp = (at: string): Html => html`<time datetime="${at}">${absolute(at)}</time>`

/** `0.3 s`, `42 s`, `3 min 5 s`, `2 h 4 min` */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  return minutes < 60
    ? both(`${minutes} min`, whole % 60, 's')
    : both(`${Math.floor(minutes / 60)} h`, minutes % 60, 'min')
}

/** `5 min` rather than `5 min 0 s`. */
const both = (larger: string, rest: number, unit: string): string =>
  rest === 0 ? larger : `${larger} ${rest} ${unit}`

export const between = (from: string, to: string): number => Date.parse(to) - Date.parse(from)

/** `312 B`, `4.2 KiB`, `1.1 MiB` */
export function size(bytes: number): string {
  const power = Math.min(3, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const unit = ['B', 'KiB', 'MiB', 'GiB'][power] ?? 'B'
  return power === 0 ? `${bytes} B` : `${(bytes / 2 ** (10 * power)).toFixed(1)} ${unit}`
}
