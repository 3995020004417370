/** Which of two versions is newer, by the rules of dpkg and of rpm: they agree in all but a few signs. */

/** Negative where `one` is older than `other`, 0 where they are equal. Both as `[epoch:]version[-revision]`. */
export function compareVersions(one: string, other: string, rules: 'deb' | 'rpm'): number {
  const [a, b] = [split(one), split(other)]
  const compare = rules === 'deb' ? compareDebian : compareRpm
  return Number(a.epoch) - Number(b.epoch) || compare(a.version, b.version) || compare(a.revision, b.revision)
}

interface Parts {
  epoch: string
  version: string
  revision: string
}

function split(text: string): Parts {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(text) ?? []
  const dash = rest.lastIndexOf('-')
  return dash < 0
    ? { epoch, version: rest, revision: '' }
    : { epoch, version: rest.slice(0, dash), revision: rest.slice(dash + 1) }
}

/** dpkg: runs of other signs and of digits by turns; `~` before the end, letters before what is neither. */
function compareDebian(one: string, other: string): number {
  const [a, b] = [debianRuns(one), debianRuns(other)]
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [left = '', right = ''] = [a[at], b[at]]
    const difference = at % 2 === 0 ? compareSigns(left, right) : compareNumbers(left, right)
    if (difference !== 0) return difference
  }
  return 0
}

/** Other signs at even places, digits at odd ones. */
const debianRuns = (text: string): string[] =>
  [...text.matchAll(/(\D*)(\d*)/g)].flatMap(([, signs = '', digits = '']) => [signs, digits])

function compareSigns(one: string, other: string): number {
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const difference = weight(one[at]) - weight(other[at])
    if (difference !== 0) return difference
  }
  return 0
}

function weight(sign: string | undefined): number {
  if (sign === undefined) return 0
  if (sign === '~') return -1
  return /[A-Za-z]/.test(sign) ? sign.charCodeAt(0) : sign.charCodeAt(0) + 256
}

/** rpm: segments of digits or letters; `~` before the end, `^` after it but before more. */
function compareRpm(one: string, other: string): number {
  const [a, b] = [rpmSegments(one), rpmSegments(other)]
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = compareSegments(a[at], b[at])
    if (difference !== 0) return difference
  }
  return 0
}

const rpmSegments = (text: string): string[] => text.match(/\d+|[A-Za-z]+|[~^]/g) ?? []

function compareSegments(one: string | undefined, other: string | undefined): number {
  const difference = rank(one) - rank(other)
  if (difference !== 0 || one === undefined || other === undefined) return difference
  return /^\d/.test(one) ? compareNumbers(one, other) : one < other ? -1 : one > other ? 1 : 0
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return 0
  if (segment === '~') return -1
  if (segment === '^') return 1
  return /^\d/.test(segment) ? 3 : 2
}

/** However long they are. */
function compareNumbers(one: string, other: string): number {
  const [a, b] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')]
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}
