/**
 * How deep YAML nests, found without recursion. The parser builds its documents by recursion, and one that nests without
 * end would overflow the stack wherever that happens to be: inside of a regular expression, the process ends on the spot.
 */
import { Lexer, Parser } from './yaml.ts'

/** Whether something in `text` stands in more than `limit` collections: known as soon as that many are open. */
export function nestsDeeperThan(limit: number, text: string): boolean {
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    // What it gives back, whole documents, is not wanted: its stack holds what is open.
    Array.from(parser.next(lexeme))
    if (parser.stack.length > limit && parser.stack.filter(({ type }) => isCollection(type)).length > limit)
      return true
  }
  return false
}

const isCollection = (type: string): boolean =>
  type === 'block-map' || type === 'block-seq' || type === 'flow-collection'
