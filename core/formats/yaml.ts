/**
 * The YAML library, loaded as the CommonJS that it is. Where an ES module imports CommonJS, node starts a parser for it
 * first: of every push that would be ten milliseconds.
 */
import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'

export const {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseAllDocuments,
  parseDocument,
  Parser,
} = createRequire(import.meta.url)('yaml') as typeof Yaml
