/** Values as Python writes them: ResultsDB stores whatever was posted as `str(value)`, and quotes as `repr(value)`. */

/** The one key of an object that stands for a number as it was written: `1.0` and `1` are different texts. */
const written = '\u0001'

/** Parses `text`, which is JSON, keeping numbers as they were written: large integers keep all their digits, too. */
export function parseKeepingNumbers(text: string): unknown {
  const key = JSON.stringify(written)
  const number = (token: string): string => (token.startsWith('"') ? token : `{${key}:"${token}"}`)
  return JSON.parse(text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, number))
}

/** `str(value)` of what JSON can hold. */
export const pythonText = (value: unknown): string => (typeof value === 'string' ? value : pythonRepr(value))

/** `repr(value)` of what JSON can hold. */
export function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : floatText(value)
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`
  if (typeof value !== 'object') return ''
  const number: unknown = (value as Record<string, unknown>)[written]
  if (typeof number === 'string') return numberText(number)
  const entries = Object.entries(value).map(([key, entry]) => `${quoted(key)}: ${pythonRepr(entry)}`)
  return `{${entries.join(', ')}}`
}

const numberText = (text: string): string =>
  /[.eE]/.test(text) ? floatText(Number(text)) : text === '-0' ? '0' : text

/** The shortest digits that read back the same, as in JavaScript; only the shapes differ. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const size = Math.abs(value)
  if (value !== 0 && (size >= 1e16 || size < 1e-4))
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  return Number.isInteger(value) ? `${Object.is(value, -0) ? '-0' : value}.0` : String(value)
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const inner = text.replaceAll(/[\\\p{Cc}]|'/gu, (char) => {
    if (char === "'") return quote === "'" ? "\\'" : char
    return escapes[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
  return `${quote}${inner}${quote}`
}
