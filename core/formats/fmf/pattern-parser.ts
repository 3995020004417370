/** Reads a pattern of Python's `re` into one function that matches it. */
import {
  again,
  capturing,
  isBoundary,
  isWord,
  looking,
  lookingBack,
  loop,
  nothing,
  one,
  runOf,
  where,
  type Matcher,
  type Test,
} from './matchers.ts'

export interface Parsed {
  match: Matcher
  ignoreCase: boolean
  groups: number
  names: Map<string, number>
}

class Wrong extends Error {}

const isDigit: Test = (letter) => letter >= '0' && letter <= '9'
const isSpace: Test = (letter) => /^\s$/.test(letter)
const not =
  (test: Test): Test =>
  (letter) =>
    !test(letter)
const sets: Readonly<Record<string, Test>> = {
  ...{ w: isWord, W: not(isWord), d: isDigit, D: not(isDigit), s: isSpace, S: not(isSpace) },
}
const letters: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  f: '\f',
  v: '\v',
  a: '\x07',
  0: '\0',
}

/** How deep groups may be in each other, and how often what is in braces may repeat. */
const most = { depth: 50, repeat: 1_000 }

export function parsePattern(source: string): Parsed | { wrong: string } {
  try {
    return parser(source).whole()
  } catch (error) {
    if (error instanceof Wrong) return { wrong: error.message }
    throw error
  }
}

function parser(source: string) {
  let at = 0
  let groups = 0
  let depth = 0
  let ignoreCase = false
  const names = new Map<string, number>()
  const peek = (word: string): boolean => source.startsWith(word, at)
  const take = (word: string): boolean => peek(word) && ((at += word.length), true)
  const need = (word: string): void => {
    if (!take(word)) throw new Wrong(`${word} is missing`)
  }
  const until = (end: string): string => {
    const stop = source.indexOf(end, at)
    if (stop < 0) throw new Wrong(`${end} is missing`)
    const text = source.slice(at, stop)
    at = stop + end.length
    return text
  }
  const fold = (letter: string): string => (ignoreCase ? letter.toLowerCase() : letter)

  function whole(): Parsed {
    if (take('(?i)')) ignoreCase = true
    const match = alternatives()
    if (at < source.length) throw new Wrong(') without (')
    return { match, ignoreCase, groups, names }
  }

  function alternatives(): Matcher {
    if ((depth += 1) > most.depth) throw new Wrong('its groups are too deep in each other')
    const ways = [sequence()]
    while (take('|')) ways.push(sequence())
    depth -= 1
    const [only] = ways
    return ways.length === 1 && only ? only : (run, from, next) => ways.some((way) => way(run, from, next))
  }

  function sequence(): Matcher {
    const parts: Matcher[] = []
    while (at < source.length && !peek('|') && !peek(')')) parts.push(repeated())
    return parts.reduceRight<Matcher>(
      (rest, part) =>
        rest === nothing ? part : (run, from, next) => part(run, from, (to) => rest(run, to, next)),
      nothing,
    )
  }

  function repeated(): Matcher {
    const { match, test } = atom()
    const [least, limit] = counts() ?? [1, 1]
    if (least === 1 && limit === 1) return match
    const isLazy = take('?')
    if (peek('+') || peek('*')) throw new Wrong('it repeats what repeats already')
    return test && !isLazy ? runOf(test, least, limit) : loop(match, least, limit, isLazy)
  }

  function counts(): [number, number] | null {
    if (take('*')) return [0, Infinity]
    if (take('+')) return [1, Infinity]
    if (take('?')) return [0, 1]
    const braces = /^\{(\d{0,4})(,?)(\d{0,4})\}/.exec(source.slice(at, at + 12))
    if (!braces || braces[0] === '{}') return null
    at += braces[0].length
    const [, low = '', comma, high = ''] = braces
    const least = Number(low || 0)
    const limit = comma === '' ? least : high === '' ? Infinity : Number(high)
    if (least > most.repeat || (limit !== Infinity && limit > most.repeat) || limit < least)
      throw new Wrong(`${braces[0]} repeats too often`)
    return [least, limit]
  }

  function atom(): { match: Matcher; test?: Test } {
    const letter = source[at++] ?? ''
    if (letter === '(') return { match: group() }
    if (letter === '[') return one(set())
    if (letter === '.') return one((found) => found !== '\n')
    if (letter === '^') return { match: where((_, place) => place === 0) }
    if (letter === '$')
      return { match: where((text, place) => place === text.length || text.slice(place) === '\n') }
    if (letter === '\\') return escaped()
    if ('*+?'.includes(letter)) throw new Wrong(`there is nothing that ${letter} could repeat`)
    const wanted = fold(letter)
    return one((found) => found === wanted)
  }

  function escaped(): { match: Matcher; test?: Test } {
    const letter = source[at++]
    if (letter === undefined) throw new Wrong('it ends with a backslash')
    if (letter === 'b') return { match: where(isBoundary) }
    if (letter === 'B') return { match: where((text, place) => !isBoundary(text, place)) }
    if (letter === 'A') return { match: where((_, place) => place === 0) }
    if (letter === 'Z') return { match: where((text, place) => place === text.length) }
    if (/[1-9]/.test(letter)) return { match: again(Number(letter)) }
    const known = sets[letter]
    if (known) return one(known)
    const wanted = fold(plainLetter(letter))
    return one((found) => found === wanted)
  }

  /** The letter that stands behind a backslash. */
  function plainLetter(letter: string): string {
    if (letter === 'x') {
      const code = /^[0-9A-Fa-f]{2}/.exec(source.slice(at))?.[0]
      if (code === undefined) throw new Wrong('\\x needs two hex digits')
      at += 2
      return String.fromCharCode(Number.parseInt(code, 16))
    }
    const known = letters[letter]
    if (known === undefined && /[A-Za-z]/.test(letter)) throw new Wrong(`nobody knows \\${letter}`)
    return known ?? letter
  }

  function set(): Test {
    const isNegated = take('^')
    const tests: Test[] = []
    for (let isFirst = true; isFirst || !peek(']'); isFirst = false) {
      if (at >= source.length) throw new Wrong('] is missing')
      tests.push(member())
    }
    need(']')
    return (found) => tests.some((test) => test(found)) !== isNegated
  }

  function member(): Test {
    const from = letterOfSet()
    if (typeof from === 'function') return from
    if (!peek('-') || source[at + 1] === ']' || at + 1 >= source.length)
      return (found) => found === fold(from)
    at += 1
    const to = letterOfSet()
    if (typeof to === 'function' || to < from) throw new Wrong('a range in [ ] runs backwards')
    const isIn: Test = (found) => found >= from && found <= to
    return ignoreCase ? (found) => isIn(found) || isIn(found.toUpperCase()) : isIn
  }

  function letterOfSet(): string | Test {
    const letter = source[at++] ?? ''
    if (letter !== '\\') return letter
    const next = source[at++] ?? ''
    return sets[next] ?? (next === 'b' ? '\b' : plainLetter(next))
  }

  function group(): Matcher {
    const inside = (): Matcher => {
      const match = alternatives()
      need(')')
      return match
    }
    if (take('?:')) return inside()
    if (take('?=')) return looking(inside(), true)
    if (take('?!')) return looking(inside(), false)
    if (take('?<=')) return lookingBack(inside(), true)
    if (take('?<!')) return lookingBack(inside(), false)
    if (take('?#')) return (until(')'), nothing)
    if (take('?P=')) return again(names.get(until(')')) ?? -1)
    const number = ++groups
    if (take('?P<')) names.set(until('>'), number)
    else if (peek('?')) throw new Wrong(`nobody knows (${source.slice(at, at + 2)}`)
    return capturing(inside(), number)
  }

  return { whole }
}
