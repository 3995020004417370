/** Inputs for the fuzz bench: a valid text, broken as writers, editors and attackers break it. The same seed gives the same. */
import { random } from '../random.ts'

/** Whole numbers below `most`, one after the other. */
export type Dice = (most: number) => number

export function diceOf(seed: number): Dice {
  let rolled = 0
  return (most) => Math.floor(random((Math.imul(seed, 1_000_003) + (rolled += 1)) >>> 0) * most)
}

export const oneOf = <T>(dice: Dice, list: readonly [T, ...T[]]): T => list[dice(list.length)] ?? list[0]

/** What no reader expects where it stands. */
const odd = [
  ...['\0', '\r', '\r\n', '\ufeff', '\u2028', '\ud800', '\udfff', '\u202e', '\x1b[2J', '\t', ' ', '\n\n'],
  ...[
    '"',
    "'",
    '`',
    '\\',
    '{',
    '}',
    '[',
    ']',
    '<',
    '>',
    '&',
    '*a',
    '&a ',
    '<<: *a',
    '!!js/function ',
    '%',
    '#',
  ],
  ...['-1', '9'.repeat(400), '1e999', 'NaN', '0x7f', '00', '__proto__', 'constructor', 'toString', 'null'],
  ...[
    '${HOME}',
    '$(true)',
    '../../etc/passwd',
    '<!ENTITY a "b">',
    '<![CDATA[',
    ']]>',
    '---\n',
    '...\n',
    '|',
    ':',
  ],
] as const

type Mutation = (text: string, dice: Dice) => string

const cut = (text: string, at: number, length: number, put: string): string =>
  text.slice(0, at) + put + text.slice(at + length)

const onLines =
  (change: (lines: string[], at: number, dice: Dice) => void): Mutation =>
  (text, dice) => {
    const lines = text.split('\n')
    change(lines, dice(lines.length), dice)
    return lines.join('\n')
  }

const mutations: readonly [Mutation, ...Mutation[]] = [
  (text, dice) => cut(text, dice(text.length + 1), 0, oneOf(dice, odd)),
  (text, dice) => cut(text, dice(text.length + 1), dice(8), ''),
  (text, dice) => cut(text, dice(text.length + 1), 1, String.fromCodePoint(dice(256))),
  (text, dice) => text.slice(0, dice(text.length + 1)),
  onLines((lines, at) => lines.splice(at, 1)),
  onLines((lines, at) => lines.splice(at, 0, lines[at] ?? '')),
  onLines((lines, at, dice) => lines.splice(dice(lines.length), 0, ...lines.splice(at, 1))),
  onLines((lines, at, dice) => (lines[at] = ' '.repeat(dice(12)) + (lines[at] ?? ''))),
  onLines((lines, at, dice) => (lines[at] = (lines[at] ?? '').repeat(2 + dice(20)))),
]

export function mutated(text: string, dice: Dice): string {
  let broken = text
  for (let left = 1 + dice(4); left > 0; left--) broken = oneOf(dice, mutations)(broken, dice)
  return broken
}

/** Up to `most` characters: a text, a line, a piece or a character of it many times, or brackets in brackets. */
export function swollen(text: string, most: number, dice: Dice): string {
  const lines = text.split('\n')
  const at = dice(text.length + 1)
  const piece = text.slice(at, at + 1 + dice(16)) || ' '
  const pattern = oneOf(dice, [
    `${text}\n`,
    `${lines[dice(lines.length)] ?? ''}\n`,
    piece,
    piece.slice(0, 1),
    oneOf(dice, odd),
    oneOf(dice, ['[', '{a: ', '<a>', '- ', '(', '[1, 2], ', '*a, ', '"', "'"]),
  ])
  const times = Math.max(1, Math.floor((most - text.length) / Math.max(1, pattern.length)))
  return cut(text, at, 0, pattern.repeat(times)).slice(0, most)
}
