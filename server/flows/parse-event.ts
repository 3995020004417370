/** From an HTTP message to an event whose every part is known to be what it says; both modes of CloudEvents 1.0. */
import type { IncomingHttpHeaders } from 'node:http'
import { HTTP, ValidationError, type CloudEvent } from 'cloudevents'
import { AppError, InvalidInput } from '../../core/errors.ts'
import { parseJson } from '../../core/json.ts'
import { buildOfArtifact, isArtifactPublished } from '../../core/messages/artifact-published.ts'
import { validateArtifactPublished, validateBuild, type Problem } from '../../schemas/validate.ts'
import type { BuildData } from '../../schemas/types.gen.ts'
import type { BuildFiles } from '../store/builds.ts'
import type { OtherEvent } from './trigger-checks.ts'

export interface BuildEvent {
  source: string
  id: string
  type: string
  /** The event as JSON text in structured form. */
  body: string
  build: BuildData
  /** Files of it that a listener must ask for first. */
  awaits?: Pick<BuildFiles, 'listener' | 'number'> | undefined
}

const ownType = 'dev.assay.build.completed.v1'
const knownTypes = [ownType, 'dev.cdevents.artifact.published.VERSION']

const limits = { source: 1024, id: 256, type: 256, attributes: 50 }
const bounded = ['source', 'id', 'type'] as const
const required = ['specversion', 'id', 'source', 'type'] as const

/** What came is a build, or something else that checks may ask for. */
export type ParsedEvent = { build: BuildEvent; other: null } | { build: null; other: OtherEvent }

/** Throws UNSUPPORTED_MEDIA_TYPE, BAD_JSON, INVALID_EVENT or INVALID_INPUT. */
export function parseEvent(headers: IncomingHttpHeaders, body: Buffer): ParsedEvent {
  const mode = modeOf(headers)
  const text = decode(body)
  const json = objectIn(text)
  // The library invents what is missing; an event without an id of its own could not be told from its repeat.
  const attribute = (name: string): unknown => (mode === 'binary' ? headers[`ce-${name}`] : json[name])
  const missing = required.filter((name) => !isText(attribute(name)))
  if (missing.length > 0) throw invalid(`without ${missing.join(', ')}`)
  if (attribute('specversion') !== '1.0') throw invalid('of another specversion than 1.0')
  const event = readEvent(headers, text)
  for (const name of bounded)
    if (event[name].length > limits[name] || /\p{Cc}/u.test(event[name]))
      throw invalid(`whose ${name} has control characters or more than ${limits[name]} characters`)
  const data: unknown = mode === 'binary' ? json : event.data
  const { source, id, type } = event
  const known = { source, id, type, body: JSON.stringify({ ...event.toJSON(), data }) }
  return type === ownType || isArtifactPublished(type)
    ? { build: { ...known, build: readBuild(type, data) }, other: null }
    : { build: null, other: { ...known, attributes: textsOf(event) } }
}

/** Attributes that filters may ask for. */
const textsOf = (event: CloudEvent): Record<string, string> =>
  Object.fromEntries(
    Object.entries(event.toJSON())
      .filter(
        ([name, value]) => name !== 'data' && typeof value === 'string' && value.length <= limits.source,
      )
      .slice(0, limits.attributes) as [string, string][],
  )

function readBuild(type: string, data: unknown): BuildData {
  const { value, problems } = validateBuild(type === ownType ? data : publishedBuild(data))
  if (!value) throw new InvalidInput("The event's data", problems.map(describe))
  return value
}

function publishedBuild(data: unknown): Record<string, unknown> {
  const { value, problems } = validateArtifactPublished(data)
  if (!value) throw new InvalidInput("The event's data", problems.map(describe))
  const told = buildOfArtifact(value)
  if (!told.build) throw new InvalidInput("The event's data", told.problems)
  return told.build
}

function modeOf(headers: IncomingHttpHeaders): 'binary' | 'structured' {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/cloudevents+json') return 'structured'
  const isBinary = required.some((name) => headers[`ce-${name}`] !== undefined)
  if (isBinary && /^application\/([a-z0-9.-]+\+)?json$/.test(type)) return 'binary'
  throw new AppError(
    'UNSUPPORTED_MEDIA_TYPE',
    415,
    'Send one CloudEvent: as application/cloudevents+json, or as application/json with ce-… headers.',
  )
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new AppError('BAD_JSON', 400, 'The body is not UTF-8.')
  }
}

function objectIn(text: string): Record<string, unknown> {
  let json: unknown
  try {
    json = parseJson(text)
  } catch (error) {
    throw new AppError('BAD_JSON', 400, `The body is not JSON: ${(error as Error).message}`)
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new AppError('BAD_JSON', 400, 'The body is not a JSON object.')
  return json as Record<string, unknown>
}

function readEvent(headers: IncomingHttpHeaders, text: string): CloudEvent {
  try {
    const event = HTTP.toEvent({ headers, body: text }) as CloudEvent
    event.validate()
    return event
  } catch (error) {
    if (error instanceof ValidationError || error instanceof TypeError)
      throw invalid(`that is not valid: ${error.message}`)
    throw error
  }
}

function describe({ path, message }: Problem): string {
  const mend =
    path[0] === 'artifacts' && path.at(-1) === 'url'
      ? ' (http or https only: files on this host are handed over with `assay event send --artifact FILE`)'
      : ''
  return `${path.join('.') || 'data'}: ${message}${mend}`
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

const invalid = (what: string): AppError =>
  new AppError('INVALID_EVENT', 400, `This is an event ${what}: see CloudEvents 1.0 for what it needs.`)

/** No check asks for it, and it is no build. */
export const unknownType = (type: string): AppError =>
  new AppError(
    'UNKNOWN_EVENT_TYPE',
    422,
    `Events of type ${JSON.stringify(type)} announce no build, and no check here asks for them with \`on\`; known: ${knownTypes.join(', ')}.`,
    { known: knownTypes },
  )
