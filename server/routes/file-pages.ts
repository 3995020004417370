/** What an execution left, file by file: the file itself, the page that shows it, and all of them as one archive. */
import { posix } from 'node:path'
import { Router, type Request, type Response } from 'express'
import { AppError, NotFound } from '../../core/errors.ts'
import { fileKind, looksLikeText, type FileKind } from '../file-kind.ts'
import { bytesOf } from '../line-index.ts'
import { artifactPage, logPage } from '../pages/file-page.ts'
import type { LineRange } from '../pages/numbered-lines.ts'
import { readText, type TextAsked, type TextView } from '../pages/read-text.ts'
import { parseId } from '../parse-id.ts'
import { numberFrom, textFrom } from '../query.ts'
import { requireHeld } from '../require-held.ts'
import { sendStored } from '../send-file.ts'
import type { Services } from '../services.ts'
import type { StoredText } from '../execution-files.ts'
import type { Execution } from '../store/executions.ts'
import type { Artifact } from '../store/results.ts'
import { answerArchive, sendLog } from './execution-log.ts'
import { answer } from './page-answer.ts'

/** Bytes at the beginning of a file that tell whether it is text. */
const sniffed = 4096

export function filePageRoutes(services: Services): Router {
  const router = Router()
  const { stores, files } = services
  const executionOf = ({ uuid }: { uuid: string }): Promise<Execution> =>
    stores.executions.get(parseId('execution', uuid))

  router.get('/executions/:uuid/log', async (request, response) => {
    await sendLog(services, await executionOf(request.params), request, response)
  })

  router.get('/executions/:uuid/archive.tar.gz', async (request, response) => {
    await answerArchive(services, await executionOf(request.params), request, response)
  })

  router.get('/executions/:uuid/artifacts/*path', async (request, response) => {
    const { id } = await executionOf(request.params)
    const { artifact, file } = await artifactOf(services, id, request.params.path.join('/'), request.query)
    await sendArtifact(request, response, artifact, file)
  })

  router.get('/executions/:uuid/view/log', async (request, response) => {
    const execution = await executionOf(request.params)
    await requireHeld(services, execution.id)
    const attempt = numberFrom(request.query, 'attempt') ?? execution.attempt
    const log = await files.log({ execution: execution.id, attempt })
    if (!log) throw new NotFound('log of attempt', String(attempt))
    const text = await readText(log, askedOf(request.query))
    await answer(request, response, {
      json: () => ({ execution: execution.id, attempt, ...textJson(text) }),
      html: () => logPage({ execution, attempt, text }),
    })
  })

  router.get('/executions/:uuid/view/artifacts/*path', async (request, response) => {
    const execution = await executionOf(request.params)
    const path = request.params.path.join('/')
    const { artifact, file } = await artifactOf(services, execution.id, path, request.query)
    const kind = await shownAs(path, file)
    const text = kind.kind === 'text' ? await readText(file, askedOf(request.query)) : null
    await answer(request, response, {
      json: () => ({ execution: execution.id, ...artifact, type: kind.type, ...(text && textJson(text)) }),
      html: () => artifactPage({ execution, artifact, kind, text }),
      frames: kind.kind === 'page',
    })
  })
  return router
}

/** The artifact of the attempt that `?attempt=` names, or else of the newest that left one of this path. */
async function artifactOf(
  services: Services,
  id: string,
  path: string,
  query: Request['query'],
): Promise<{ artifact: Artifact; file: StoredText }> {
  const { stores, files } = services
  const wanted = numberFrom(query, 'attempt')
  const artifact = (await stores.artifacts.of(id)).findLast(
    (one) => one.path === path && (wanted === undefined || one.attempt === wanted),
  )
  if (artifact) await requireHeld(services, id, path)
  const file = artifact && (await files.artifact({ execution: id, attempt: artifact.attempt }, path))
  if (!file) throw new NotFound('artifact', path.slice(0, 200))
  return { artifact, file }
}

/** Scripts of a page that a check wrote run in an origin of their own that is nobody's, and reach nothing. */
const framePolicy = [
  ...["default-src 'none'", 'sandbox allow-scripts', "script-src 'unsafe-inline'"],
  ...["style-src 'unsafe-inline'", "img-src 'self' data:", 'font-src data:'],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'self'"],
].join('; ')

/** For a picture by itself: a drawing may hold scripts. */
const picturePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

async function sendArtifact(
  request: Request,
  response: Response,
  { path }: Artifact,
  file: StoredText,
): Promise<void> {
  const { kind, type } = fileKind(path)
  if (kind === 'text') return sendStored(request, response, file, { type: 'text/plain; charset=utf-8' })
  if (kind === 'image') return sendStored(request, response, file, { type, policy: picturePolicy })
  if (kind === 'page' && textFrom(request.query, 'as') === 'page') {
    response.set('x-frame-options', 'SAMEORIGIN')
    return sendStored(request, response, file, { type: 'text/html; charset=utf-8', policy: framePolicy })
  }
  const name = posix.basename(path)
  return sendStored(request, response, file, { type: 'application/octet-stream', name })
}

/** A name that says nothing is followed by a look at the beginning. */
async function shownAs(path: string, file: StoredText): Promise<FileKind> {
  const known = fileKind(path)
  if (known.type !== 'application/octet-stream') return known
  const beginning = await bytesOf(file, 0, Math.min(sniffed, file.size))
  return looksLikeText(beginning) ? { kind: 'text', type: 'text/plain' } : known
}

const askedOf = (query: Request['query']): TextAsked => ({
  line: lineRangeFrom(query),
  from: numberFrom(query, 'from'),
  find: textFrom(query, 'find') || undefined,
})

/** `?line=10` or `?line=10-20`; throws BAD_QUERY for anything else. */
function lineRangeFrom(query: Request['query']): LineRange | undefined {
  const text = textFrom(query, 'line')
  if (text === undefined) return undefined
  const [, from, to] = /^([1-9]\d{0,8})(?:-([1-9]\d{0,8}))?$/.exec(text) ?? []
  if (from === undefined)
    throw new AppError('BAD_QUERY', 400, 'line is the number of a line, or of two with - between them.')
  return { from: Number(from), to: Math.max(Number(from), Number(to ?? from)) }
}

const textJson = ({ part, total, sections, found }: TextView) => ({
  lines: { first: part.firstLine, total, text: part.lines },
  bytes: part.size,
  sections,
  found,
})
