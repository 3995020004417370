/**
 * How deep YAML nests, found without recursion. The parser builds its documents by recursion, and one that nests without
 * end would overflow the stack wherever that happens to be: inside of a regular expression, the process ends on the spot.
 */
import type { CST } from 'yaml'
import { Parser } from './yaml.ts'

/** Whether something in `text` stands in more than `limit` collections. */
export function nestsDeeperThan(limit: number, text: string): boolean {
  for (const token of new Parser().parse(text)) {
    const open: { token: CST.Token; depth: number }[] = [{ token, depth: 0 }]
    for (let next = open.pop(); next; next = open.pop()) {
      if (next.depth > limit) return true
      for (const inner of insideOf(next.token)) open.push({ token: inner, depth: next.depth + 1 })
    }
  }
  return false
}

function insideOf(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : []
  if (!('items' in token)) return []
  return token.items.flatMap(({ key, value }) => [key, value]).filter((inner) => !!inner)
}
