/** Speaks as a Koji hub does: multiCall over XML-RPC, its values written as Python writes them. */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { readXml, type Element } from '../../core/xml.ts'
import { listenOn } from './listen.ts'

export type Method = (...parameters: unknown[]) => unknown

export interface TestHub {
  url: string
  /** Methods by their name; one that throws is a fault. */
  methods: Record<string, Method>
  /** Says this instead of what the methods say. */
  instead: { status: number; body: string } | null
  /** Methods as they were called. */
  asked: string[]
  close: () => Promise<void>
}

export async function startKojiHub(methods: Record<string, Method>): Promise<TestHub> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (hub.instead) response.writeHead(hub.instead.status).end(hub.instead.body)
      else response.end(answer(callsOf(body).map(perform)))
    })
  })
  const perform = ({ method, parameters }: Call): unknown => {
    hub.asked.push(method)
    try {
      return [hub.methods[method]!(...parameters)]
    } catch (error) {
      return { faultCode: 1000, faultString: (error as Error).message }
    }
  }
  const { url, close } = await listenOn(server)
  const hub: TestHub = { url: `${url}/kojihub`, methods, instead: null, asked: [], close }
  return hub
}

interface Call {
  method: string
  parameters: unknown[]
}

/** The calls within a multiCall: each a struct of methodName and params. */
function callsOf(body: string): Call[] {
  const [, parameters] = readXml(body).children
  const calls = plain(parameters!.children[0]!.children[0]!) as { methodName: string; params: unknown[] }[]
  return calls.map(({ methodName, params }) => ({ method: methodName, parameters: params }))
}

function plain({ children: [typed] }: Element): unknown {
  const { name, text: content, children } = typed!
  if (name === 'array') return children[0]!.children.map(plain)
  if (name === 'struct')
    return Object.fromEntries(
      children.map((member) => [member.children[0]!.text, plain(member.children[1]!)]),
    )
  return name === 'int' ? Number(content) : content
}

export const answer = (value: unknown): string =>
  `<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n${written(value)}</param>\n</params>\n</methodResponse>\n`

function written(value: unknown): string {
  if (value === null || value === undefined) return '<value><nil/></value>\n'
  if (Array.isArray(value))
    return `<value><array><data>\n${value.map(written).join('')}</data></array></value>\n`
  if (typeof value === 'number')
    return `<value><${value > 2 ** 31 ? 'i8' : 'int'}>${value}</${value > 2 ** 31 ? 'i8' : 'int'}></value>\n`
  if (typeof value === 'string')
    return `<value><string>${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</string></value>\n`
  const members = Object.entries(value).map(
    ([name, member]) => `<member>\n<name>${name}</name>\n${written(member)}</member>\n`,
  )
  return `<value><struct>\n${members.join('')}</struct></value>\n`
}
