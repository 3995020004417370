/** tmt's durations: times as `sleep` takes them, added up, and then multiplied: `1h 30m`, `5m *2`. Pure. */

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
const part = /\s*(?:\*\s*(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s*([smhd]?))/y

/** Whole seconds, rounded up; null: the text is no duration. */
export function durationOf(text: string): number | null {
  let sum: number | null = null
  let factor = 1
  part.lastIndex = 0
  const said = text.trim()
  while (part.lastIndex < said.length) {
    const [, times, amount, unit = ''] = part.exec(said) ?? [null]
    if (times !== undefined) factor *= Number(times)
    else if (amount !== undefined) sum = (sum ?? 0) + Number(amount) * (seconds[unit || 's'] ?? 1)
    else return null
  }
  return sum === null || !Number.isFinite(sum * factor) ? null : Math.ceil(sum * factor)
}
