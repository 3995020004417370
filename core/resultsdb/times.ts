/** Times as ResultsDB reads and writes them: naive, in UTC, to the microsecond. Here: microseconds since 1970. */

/** Ten digits before the microseconds of JavaScript's safe integers: from the year 1685 to 2255. */
const isStorable = (microseconds: number): boolean => Number.isSafeInteger(microseconds)

/** `2016-08-15T13:29:06.123456`; without the fraction where it is 0. */
export function isoformat(microseconds: number): string {
  const fraction = ((microseconds % 1_000_000) + 1_000_000) % 1_000_000
  const seconds = new Date((microseconds - fraction) / 1000).toISOString().slice(0, 19)
  return fraction === 0 ? seconds : `${seconds}.${String(fraction).padStart(6, '0')}`
}

/** Microseconds of an ISO time that we wrote ourselves. */
export const microsecondsOf = (iso: string): number => Date.parse(iso) * 1000

export interface Since {
  start: number | null
  end: number | null
}

/** `START[,END]`, each a date or time in ISO 8601 whose zone is dropped, not converted; null where it is none. */
export function parseSince(text: string): Since | null {
  const [first = '', second] = text.split(',')
  const start = parseIso(first)
  const end = second === undefined ? null : parseIso(second)
  return start === null || (second !== undefined && end === null) ? null : { start, end }
}

const isoDate = /^(\d{4})(?:(?:-(\d{1,2})|(\d\d)(?!$))(?:(?:-(\d{1,2})|(\d\d))(?:[ T](.+))?)?)?$/
const isoTime = /^(\d\d)(?::?(\d\d))?(?::?(\d{1,2})(?:[.,](\d+))?)?(?:Z|[+-]\d\d:?(?:\d\d)?)?$/

function parseIso(text: string): number | null {
  const date = isoDate.exec(text)
  const time = date?.[6] === undefined ? [] : isoTime.exec(date[6])
  if (!date || !time) return null
  const [, year = '', month = date[3] ?? '1', , day = date[5] ?? '1'] = date
  const [, hour = '0', minute = '0', second = '0', fraction = ''] = time
  return fromParts([year, month, day, hour, minute, second], fraction)
}

const posted =
  /^(\d{4})-(\d{1,2})-(\d{1,2})T(\d{1,2}):(\d{1,2}):(\d{1,2})\.(\d{1,6})(Z|\+00|[+-]\d\d:?\d\d)?$/

/**
 * When a result was submitted, as it is posted: milliseconds since 1970, as a number or as digits, or a time with a
 * fraction whose zone is converted. Undefined where it is none of them.
 */
export function parseSubmitTime(value: unknown): number | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return fromMilliseconds(Number(value))
  if (typeof value !== 'string') return undefined
  const match = posted.exec(value)
  if (!match)
    return /^\s*[+-]?\d+(?:_\d+)*\s*$/.test(value)
      ? fromMilliseconds(Number(value.replaceAll('_', '')))
      : undefined
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', zone] = match
  const local = fromParts([year, month, day, hour, minute, second], fraction)
  return local === null ? undefined : storable(local - offset(zone))
}

const fromMilliseconds = (value: number): number | undefined =>
  Number.isInteger(value) ? storable(value * 1000) : undefined

const storable = (microseconds: number): number | undefined =>
  isStorable(microseconds) ? microseconds : undefined

/** Microseconds that a zone such as +02:00 is ahead of UTC. */
function offset(zone: string | undefined): number {
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? '') ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000_000
}

/** Null for what no calendar has. */
function fromParts(parts: readonly string[], fraction: string): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number)
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const exists = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  if (!exists || hour > 23 || minute > 59 || second > 59) return null
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second
  return seconds * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'))
}
