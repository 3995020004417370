/** YAML as plain data, with the place of every value: in one walk that hostile documents cannot make long. */
import type { Document, DocumentOptions, Node, Pair, ParseOptions, YAMLWarning } from 'yaml'
import type { Fault } from '../check.ts'
import { limits } from './limits.ts'
import { nestsDeeperThan } from './nesting.ts'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, parseDocument } from './yaml.ts'

export type Place = Pick<Fault, 'line' | 'column'>
type Wrong = Omit<Fault, 'file'>

export interface Source {
  /** undefined where the text is no YAML. */
  data: unknown
  faults: Wrong[]
  /** Where the key or the value at `path` stands; of what is not there, where its nearest parent does. */
  at: (path: readonly string[], what: 'key' | 'value') => Place
}

/** A document of which values may have tags. */
export interface TaggedSource extends Source {
  /** The tag of the value at `path`, such as `!Policy`; null: it has none. */
  tagAt: (path: readonly string[]) => string | null
}

/** Reads `text`. Nothing that it holds is run, loaded or expanded beyond `limits`. */
export function readSource(text: string): Source {
  const [source = refused] = readAll(text, [], (options) => [parseDocument(text, options)])
  return source
}

/** The same of each document that is in `text`, where `tags` may stand before values. */
export const readDocuments = (text: string, tags: readonly string[]): TaggedSource[] =>
  readAll(text, tags, (options) => [...parseAllDocuments(text, options)])

const start: Place = { line: 1, column: 1 }

function readAll(
  text: string,
  known: readonly string[],
  parse: (options: DocumentOptions & ParseOptions) => Document[],
): TaggedSource[] {
  if (nestsDeeperThan(limits.yamlDepth, text)) return [refused]
  const lineCounter = new LineCounter()
  const place = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  try {
    return parse({
      lineCounter,
      prettyErrors: false,
      stringKeys: true,
      // Its own check compares every key with every other: ours is in the walk.
      uniqueKeys: false,
      // Any lower, and a second document would be silently ignored.
      logLevel: 'error',
    }).map((document) => toSource(document, { text, known, place }))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return [refused]
  }
}

interface Reader {
  text: string
  /** Tags that may be there. */
  known: readonly string[]
  place: (offset: number) => Place
}

/** More mistakes in one document nobody reads: others are not even put into words. */
const mostFaults = 100

function toSource(document: Document, { text, known, place }: Reader): TaggedSource {
  const isKnownTag = ({ code, pos: [at] }: YAMLWarning): boolean =>
    code === 'TAG_RESOLVE_FAILED' && known.includes(/^\S+/.exec(text.slice(at, at + 100))?.[0] ?? '')
  const warnings = document.warnings.filter((warning) => !isKnownTag(warning))
  const faults = [...document.errors, ...warnings].slice(0, mostFaults).map(({ code, message, pos }) => ({
    ...place(pos[0]),
    ...words(code, message, known),
  }))
  if (faults.length > 0) return { ...refused, faults }
  const { places, tags, ...walked } = walk(document.contents, place)
  return {
    ...{ ...walked, faults: walked.faults.slice(0, mostFaults) },
    at: (path, what) => nearest(places, path, what) ?? start,
    tagAt: (path) => tags.get(idOf(path)) ?? null,
  }
}

const tooDeep = { message: 'is nested too deeply to be read', mend: 'write fewer brackets inside brackets' }
const refused: TaggedSource = {
  data: undefined,
  faults: [{ ...start, ...tooDeep }],
  at: () => start,
  tagAt: () => null,
}

const mends: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  MULTIPLE_DOCS: 'keep one document: remove the line ---',
  TAG_RESOLVE_FAILED: 'remove the tag: plain values are all that is read',
}

/** The parser's own sentence, and what to do about the mistakes that are made most. */
function words(code: string, message: string, tags: readonly string[]): Pick<Wrong, 'message' | 'mend'> {
  const mend =
    code === 'TAG_RESOLVE_FAILED' && tags.length > 0 ? `write one of ${tags.join(', ')}` : mends[code]
  return { message: `is not YAML: ${message}`, ...(mend !== undefined && { mend }) }
}

interface Walked {
  data: unknown
  faults: Wrong[]
  places: Map<string, { key: Place; value: Place }>
  tags: Map<string, string>
}

const idOf = (path: readonly string[]): string => JSON.stringify(path)

/** Deeper than any key that is read: what lies below shares the place of what it is in. */
const deepest = 6
const below = (path: readonly string[], name: string): readonly string[] =>
  path.length < deepest ? [...path, name] : path

const isMapping = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Of YAML 1.1, whose merging of mappings people go on using. */
const mergeKey = '<<'

function walk(contents: Node | null, place: (offset: number) => Place): Walked {
  const faults: Wrong[] = []
  const places: Walked['places'] = new Map()
  const tags: Walked['tags'] = new Map()
  const anchors = new Map<string, Node>()
  /** Nodes that the walk is inside of: an alias to one of them would never end. */
  const open = new Set<Node>()
  let left: number = limits.manifestValues
  const placeOf = (node: Node | null, otherwise: Place): Place =>
    node?.range ? place(node.range[0]) : otherwise

  const read = (
    node: Node | null,
    path: readonly string[],
    keyPlace: Place,
    outer: Place | null,
  ): unknown => {
    // What an alias repeats is found where the alias stands.
    const here = outer ?? placeOf(node, keyPlace)
    if (!places.has(idOf(path))) places.set(idOf(path), { key: keyPlace, value: here })
    if (node?.tag?.startsWith('!') === true && !tags.has(idOf(path))) tags.set(idOf(path), node.tag)
    if ((left -= 1) < 0) return undefined
    if (isAlias(node)) {
      const target = anchors.get(node.source)
      if (target && !open.has(target)) return read(target, path, keyPlace, here)
      const message = target
        ? `*${node.source} repeats what it stands in`
        : `there is no &${node.source} before this`
      faults.push({ ...here, message, mend: 'write the value out' })
      return undefined
    }
    if (!isMap(node) && !isSeq(node)) {
      if (isScalar(node) && node.anchor !== undefined) anchors.set(node.anchor, node)
      return isScalar(node) ? node.value : null
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
    open.add(node)
    const value = isMap(node)
      ? readMap(node.items as Pair<Node, Node | null>[], path, here, outer)
      : node.items.map((item, at) => read(item as Node | null, below(path, String(at)), here, outer))
    open.delete(node)
    return value
  }

  const readMap = (
    pairs: readonly Pair<Node, Node | null>[],
    path: readonly string[],
    here: Place,
    outer: Place | null,
  ): unknown => {
    const entries = new Map<string, unknown>()
    const named = pairs.map(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : ''
      return { name, value, keyPlace: outer ?? placeOf(key, here) }
    })
    for (const { name, value, keyPlace } of named) {
      if (name === mergeKey) continue
      if (entries.has(name))
        faults.push({
          ...keyPlace,
          message: `key ${JSON.stringify(name.slice(0, 100))} is here twice`,
          mend: 'remove one of the two',
        })
      else entries.set(name, read(value, below(path, name), keyPlace, outer))
      if (left < 0) break
    }
    // Its own keys stand for those that it merges, and what it merges first for what it merges later.
    for (const { value, keyPlace } of named.filter(({ name }) => name === mergeKey)) {
      const merged = [read(value, path, keyPlace, outer ?? keyPlace)].flat()
      if (left < 0) break
      if (merged.every(isMapping))
        for (const [name, one] of merged.flatMap((data) => Object.entries(data)))
          entries.set(name, entries.has(name) ? entries.get(name) : one)
      else faults.push({ ...keyPlace, message: '<< merges no keys', mend: 'write <<: *NAME of a mapping' })
    }
    // Defines `__proto__` as a key like any other.
    return Object.fromEntries(entries)
  }

  const data = read(contents, [], start, null)
  if (left >= 0) return { data, faults, places, tags }
  const message = `holds more than ${limits.manifestValues} values, those that aliases repeat included`
  return {
    data: undefined,
    faults: [{ ...start, message, mend: 'repeat less with *aliases, and declare fewer checks' }],
    places,
    tags,
  }
}

function nearest(
  places: Walked['places'],
  path: readonly string[],
  what: 'key' | 'value',
): Place | undefined {
  for (let length = path.length; length >= 0; length--) {
    const found = places.get(idOf(path.slice(0, length)))
    if (found) return length === path.length ? found[what] : found.key
  }
  return undefined
}
