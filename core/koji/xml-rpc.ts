/** XML-RPC as Koji's hub speaks it: the specification's types, and the `nil` and `i8` that Python adds to them. */
import { NotXml, readXml, type Element } from '../xml.ts'

/** What a call may carry. */
export type Sent = number | string | boolean | readonly Sent[] | { readonly [name: string]: Sent }

/** The other side understood the call, and refused it. */
export class Fault extends Error {}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const escape = (text: string): string => text.replaceAll(/[&<>]/g, (sign) => escapes[sign] ?? sign)

/** The document that calls `method`. Numbers are whole ones. */
export const writeCall = (method: string, parameters: readonly Sent[]): string =>
  `<?xml version="1.0"?><methodCall><methodName>${escape(method)}</methodName><params>${parameters
    .map((parameter) => `<param>${writeValue(parameter)}</param>`)
    .join('')}</params></methodCall>`

const writeValue = (value: Sent): string => `<value>${writeTyped(value)}</value>`

function writeTyped(value: Sent): string {
  if (typeof value === 'number') return `<int>${value}</int>`
  if (typeof value === 'boolean') return `<boolean>${value ? 1 : 0}</boolean>`
  if (typeof value === 'string') return `<string>${escape(value)}</string>`
  if (isList(value)) return `<array><data>${value.map(writeValue).join('')}</data></array>`
  const members = Object.entries(value).map(
    ([name, member]) => `<member><name>${escape(name)}</name>${writeValue(member)}</member>`,
  )
  return `<struct>${members.join('')}</struct>`
}

const isList = (value: object): value is readonly Sent[] => Array.isArray(value)

/** The one value that an answer holds. Throws Fault, and NotXml where it is no answer. */
export function readAnswer(text: string): unknown {
  const answer = readXml(text)
  if (answer.name !== 'methodResponse') throw new NotXml(`<${answer.name.slice(0, 50)}> is no answer`)
  const [content] = answer.children
  if (content?.name === 'fault') throw new Fault(faultText(readValue(only(content, 'value'))))
  return readValue(only(only(content, 'param'), 'value'))
}

/** Answers of a `multiCall`, in the order of its calls. Throws Fault at the first that was refused. */
export function readAnswers(value: unknown, count: number): unknown[] {
  if (!Array.isArray(value) || value.length !== count)
    throw new NotXml('the answers are not as many as the calls')
  return value.map((one: unknown) => {
    if (!Array.isArray(one)) throw new Fault(faultText(one))
    return one[0] as unknown
  })
}

function readValue({ children, text }: Element): unknown {
  const [typed, ...more] = children
  if (!typed) return text
  if (more.length > 0) throw new NotXml('a value holds more than one thing')
  switch (typed.name) {
    case 'string':
    case 'dateTime.iso8601':
    case 'base64':
      return typed.text
    case 'int':
    case 'i4':
    case 'i8':
    case 'double':
      return readNumber(typed.text)
    case 'boolean':
      return typed.text.trim() === '1'
    case 'nil':
      return null
    case 'array':
      return only(typed, 'data').children.map(readValue)
    case 'struct':
      return Object.fromEntries(
        typed.children.map((member) => [only(member, 'name').text, readValue(only(member, 'value'))]),
      )
    default:
      throw new NotXml(`<${typed.name.slice(0, 50)}> is no type of XML-RPC`)
  }
}

function readNumber(text: string): number {
  const number = Number(text.trim() || 'nothing')
  if (Number.isNaN(number)) throw new NotXml(`${JSON.stringify(text.slice(0, 50))} is no number`)
  return number
}

function only(element: Element | undefined, name: string): Element {
  const found = element?.children.filter((child) => child.name === name) ?? []
  if (found[0] && found.length === 1) return found[0]
  throw new NotXml(`there is not one <${name}> in <${element?.name.slice(0, 50) ?? ''}>`)
}

const faultText = (fault: unknown): string => {
  const { faultString } = (fault ?? {}) as { faultString?: unknown }
  return typeof faultString === 'string' ? faultString.slice(0, 500) : 'It gave no reason.'
}
