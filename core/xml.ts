/**
 * XML as JUnit reports and XML-RPC need it, read strictly and in one pass: elements, attributes, text. A document type is
 * refused, so there are no entities to expand but the five that XML itself knows.
 */
export interface Element {
  name: string
  attributes: ReadonlyMap<string, string>
  children: Element[]
  /** Its own text, that of its children apart. */
  text: string
}

export class NotXml extends Error {}

const most = { depth: 100, elements: 100_000, attributes: 100 }
const name = /[A-Za-z_:\u00b7-\uffff][\w:.\u00b7-\uffff-]*/y
const space = /[ \t\r\n]*/y
const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** The document's element. Throws NotXml. */
export function readXml(text: string): Element {
  let at = text.startsWith('\u{FEFF}') ? 1 : 0
  let count = 0
  const root: Element = { name: '', attributes: new Map(), children: [], text: '' }
  const open = [root]

  const wrong = (what: string): NotXml =>
    new NotXml(`${what} in line ${text.slice(0, at).split('\n').length}`)
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? ''
    at += found.length
    return found
  }
  const upTo = (end: string): string => {
    const stop = text.indexOf(end, at)
    if (stop < 0) throw wrong(`there is no ${end}`)
    const part = text.slice(at, stop)
    at = stop + end.length
    return part
  }
  const decode = (part: string): string =>
    part.replaceAll(/&([^;&]{0,10};?)/g, (whole, entity: string) => {
      const found = entity.endsWith(';') ? character(entity.slice(0, -1)) : null
      if (found === null) throw wrong(`${JSON.stringify(whole)} is no entity`)
      return found
    })

  const startTag = (outer: Element): void => {
    const element = { name: match(name), attributes: new Map<string, string>(), children: [], text: '' }
    if (element.name === '') throw wrong('a tag has no name')
    if ((count += 1) > most.elements) throw wrong(`there are more than ${most.elements} elements`)
    for (match(space); !'/>'.includes(text[at] ?? '/'); match(space)) {
      const key = match(name)
      match(space)
      if (key === '' || text[at++] !== '=') throw wrong('an attribute is broken')
      match(space)
      const quote = text[at++] ?? ''
      if (quote !== '"' && quote !== "'") throw wrong('an attribute has no quotes')
      const value = upTo(quote)
      if (value.includes('<')) throw wrong('an attribute holds <')
      if (element.attributes.has(key) || element.attributes.size === most.attributes)
        throw wrong(`attribute ${key.slice(0, 50)} is too much`)
      element.attributes.set(key, decode(value))
    }
    outer.children.push(element)
    if (text.startsWith('/>', at)) at += 2
    else if (text[at] === '>') {
      at++
      open.push(element)
      if (open.length > most.depth) throw wrong(`more than ${most.depth} elements in each other`)
    } else throw wrong('a tag is broken')
  }

  while (at < text.length) {
    const element = open.at(-1) ?? root
    const next = text.indexOf('<', at)
    const content = text.slice(at, next < 0 ? text.length : next)
    if (open.length === 1 && content.trim() !== '') throw wrong('there is text outside of all elements')
    element.text += decode(content)
    at = next < 0 ? text.length : next + 1
    if (next < 0) break
    if (match(/!--/y)) upTo('-->')
    else if (open.length > 1 && match(/!\[CDATA\[/y)) element.text += upTo(']]>')
    else if (match(/\?/y)) upTo('?>')
    else if (match(/!/y)) throw wrong('a document type, or the like, is not read')
    else if (match(/\//y)) {
      if (open.length === 1 || upTo('>').trim() !== element.name) throw wrong(`a tag ends that is not open`)
      open.pop()
    } else startTag(element)
  }
  const [document, ...more] = root.children
  if (open.length > 1) throw wrong(`<${open.at(-1)?.name.slice(0, 50) ?? ''}> does not end`)
  if (!document || more.length > 0) throw wrong('there is not one element around everything')
  return document
}

function character(entity: string): string | null {
  const number = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(entity)
  if (!number) return Object.hasOwn(named, entity) ? (named[entity] ?? null) : null
  const code = Number.parseInt(number[1] ?? number[2] ?? '', number[1] === undefined ? 10 : 16)
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : null
}
