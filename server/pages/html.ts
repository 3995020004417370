/** Markup that is escaped by construction: what is interpolated into `html` is text unless it was made by `html`. */
import { visible } from '../../core/visible.ts'

/** A piece of markup. Only this file makes one, so that nobody can pass text off as markup. */
export class Html {
  readonly #markup: string

  constructor(literals: readonly string[], values: readonly Fragment[]) {
    this.#markup = literals.map((literal, at) => literal + render(values[at])).join('')
  }

  toString(): string {
    return this.#markup
  }
}

/** What may stand in a `${}` of a template: null, undefined and false show nothing; arrays are joined. */
export type Fragment = Html | string | number | boolean | null | undefined | readonly Fragment[]

/** A template of markup. Attributes must be quoted: `class="${name}"`. Serves Atom and SVG as well as HTML. */
export const html = (literals: TemplateStringsArray, ...values: readonly Fragment[]): Html =>
  new Html(literals, values)

function render(value: Fragment): string {
  if (value === null || value === undefined || value === false || value === true) return ''
  if (value instanceof Html) return value.toString()
  if (typeof value === 'object') return value.map(render).join('')
  return escapeText(String(value))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const markup = /[&<>"']/g

/** `text`, visible, for use between tags and in quoted attributes. */
export const escapeText = (text: string): string =>
  visible(text).replace(markup, (character) => entities[character] ?? character)

/** `url` where a browser may be sent by a click: http(s) or a path of this site; null for any other scheme. */
export function link(url: string | null): string | null {
  if (url === null) return null
  if (/^[/#?](?![/\\])[^\p{Cc}]*$/u.test(url)) return url
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol) ? url : null
}

/** `text` percent-encoded; half surrogates have no encoding. */
export const encoded = (text: string): string => encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'))

/** A path of this site from its parts. */
export const path = (...parts: readonly string[]): string => `/${parts.map(encoded).join('/')}`
