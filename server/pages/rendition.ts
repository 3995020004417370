/** How a terminal draws text (ECMA-48, "select graphic rendition"), in the classes that the style sheet knows. */

/** Colours are numbers from 0 (black) to 15 (bright white). */
export interface Rendition {
  ink: number | null
  ground: number | null
  bold: boolean
  faint: boolean
  italic: boolean
  underlined: boolean
  inverse: boolean
}

export const ordinary: Rendition = {
  ...{ ink: null, ground: null, bold: false, faint: false },
  ...{ italic: false, underlined: false, inverse: false },
}

/** `look` after a sequence with `parameters`; the same where the sequence was of another kind. */
export function changed(look: Rendition, parameters: string | undefined): Rendition {
  if (parameters === undefined) return look
  const codes = parameters.split(/[;:]/).map(Number)
  let now = look
  while (codes.length > 0) now = { ...now, ...step(codes) }
  return now
}

/** Names of classes, with spaces between; a ground is legible only with the page's own ink, so it wins over a colour. */
export function classesOf({ ink, ground, inverse, ...look }: Rendition): string {
  const behind = inverse ? (ink ?? 7) : ground
  const styles = (['bold', 'faint', 'italic', 'underlined'] as const).filter((name) => look[name])
  return [
    ...(behind !== null
      ? [`on-${names[behind % 8] ?? ''}`]
      : ink !== null
        ? [`in-${names[ink % 8] ?? ''}`]
        : []),
    ...styles,
  ].join(' ')
}

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

const simple: Readonly<Record<number, Partial<Rendition>>> = {
  0: ordinary,
  1: { bold: true },
  2: { faint: true },
  3: { italic: true },
  4: { underlined: true },
  7: { inverse: true },
  22: { bold: false, faint: false },
  23: { italic: false },
  24: { underlined: false },
  27: { inverse: false },
  39: { ink: null },
  49: { ground: null },
}

/** Takes the next code, with what belongs to it, off `codes` and returns what it changes. */
function step(codes: number[]): Partial<Rendition> {
  const code = codes.shift() ?? 0
  if (code === 38 || code === 48) {
    const colour = extended(codes)
    return colour === null ? {} : code === 38 ? { ink: colour } : { ground: colour }
  }
  if (code >= 30 && code <= 37) return { ink: code - 30 }
  if (code >= 40 && code <= 47) return { ground: code - 40 }
  if (code >= 90 && code <= 97) return { ink: code - 82 }
  if (code >= 100 && code <= 107) return { ground: code - 92 }
  return simple[code] ?? {}
}

/** The nearest of our colours to one of 256 (`5;N`) or to a mixture of red, green and blue (`2;R;G;B`). */
function extended(codes: number[]): number | null {
  const kind = codes.shift()
  if (kind === 2) return nearest(codes.splice(0, 3))
  if (kind !== 5) return null
  const number = codes.shift() ?? 0
  if (number < 16) return number
  if (number >= 232) return number < 244 ? 0 : 7
  const level = (place: number): number => (Math.floor((number - 16) / place) % 6) * 51
  return nearest([level(36), level(6), level(1)])
}

/** Each of the eight has a share of red, green and blue or none. */
function nearest(parts: readonly number[]): number {
  const middle = Math.max(48, Math.max(...parts) / 2)
  return parts.reduce((colour, part, at) => colour + (part > middle ? 1 << at : 0), 0)
}
