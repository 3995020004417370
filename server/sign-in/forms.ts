/** Forms that a page of this site was sent with: no other site can send one in a viewer's name. */
import { timingSafeEqual } from 'node:crypto'
import { Router, urlencoded, type Request, type RequestHandler } from 'express'
import { Forbidden } from '../../core/errors.ts'
import type { Services } from '../services.ts'
import { requireViewer, type Viewer } from './session.ts'

/** Fields by their name; given twice, the last counts. */
export type Fields = Readonly<Record<string, string>>

const read = urlencoded({ extended: false, limit: '64kb', parameterLimit: 100, inflate: false })

/** Reads a form and refuses one that another site had a browser send. */
export const ownForm = ({ baseUrl }: Pick<Services, 'baseUrl'>): RequestHandler =>
  Router().use((request, _, next) => {
    if (!isFromHere(request, baseUrl())) throw foreign()
    next()
  }, read)

/** The fields of a form that anybody may send. */
export function fieldsOf(request: Request): Fields {
  const body = (request.body ?? {}) as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, String(Array.isArray(value) ? value.at(-1) : value)]),
  )
}

/** Who sent the form that `viewer`s are shown. Throws SIGN_IN_NEEDED, and FORBIDDEN where its key is not the viewer's. */
export function senderOf(request: Request): { viewer: Viewer; fields: Fields } {
  const viewer = requireViewer(request)
  const fields = fieldsOf(request)
  const [key, expected] = [Buffer.from(fields['key'] ?? ''), Buffer.from(viewer.formKey)]
  if (key.length === expected.length && timingSafeEqual(key, expected)) return { viewer, fields }
  throw new Forbidden('This form is of another sign-in: load its page again, and send it from there.')
}

/** Browsers say where a form comes from; what says nothing is no browser, and holds no cookie of a viewer's either. */
function isFromHere(request: Request, baseUrl: string): boolean {
  const site = request.get('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const origin = request.get('origin')
  if (origin === undefined) return true
  return (
    origin === new URL(baseUrl).origin ||
    (URL.canParse(origin) && new URL(origin).host === request.get('host'))
  )
}

const foreign = (): Forbidden =>
  new Forbidden('This form came from another site: open the page here, and send it from there.')
