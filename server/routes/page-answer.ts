/** Answers with a page or with its data, whichever the client would rather have; refusals alike. */
import type { Request, Response } from 'express'
import type { Document } from '../pages/layout.ts'
import { errorPage } from '../pages/error-page.ts'
import { expiredPage, isExpired } from '../pages/expired-page.ts'
import { sayInJson, type SayProblem } from '../problem.ts'
import { viewerOf } from '../sign-in/session.ts'

/** A page may load this site's own style, script and pictures and ask it for more; nothing else, nothing inline. */
const pagePolicy = [
  "default-src 'none'",
  ...['style-src', 'img-src', 'script-src', 'connect-src', 'form-action'].map((what) => `${what} 'self'`),
  ...['base-uri', 'frame-ancestors'].map((what) => `${what} 'none'`),
].join('; ')

/** What lies at one address, in both forms. */
export interface Forms {
  json: () => unknown
  html: () => Document
  /** Whether the page shows another address of this site in a frame. */
  frames?: boolean
}

export async function answer(request: Request, response: Response, forms: Forms): Promise<void> {
  // A page of somebody's own holds keys of its forms, tokens even: it is kept nowhere.
  response
    .vary('accept')
    .vary('cookie')
    .set('cache-control', viewerOf(request) ? 'no-store' : 'no-cache')
  if (request.accepts(['html', 'json']) === 'json') response.json(await forms.json())
  else sendPage(request, response, forms.html(), forms.frames)
}

function sendPage(request: Request, response: Response, document: Document, frames = false): void {
  const context = {
    user: viewerOf(request)?.identity.user ?? null,
    address: ['GET', 'HEAD'].includes(request.method) ? request.originalUrl : '/',
  }
  response
    .set('content-security-policy', frames ? `${pagePolicy}; frame-src 'self'` : pagePolicy)
    .type('html')
    .send(document(context).toString())
}

/** A page for browsers, problem details for everybody who did not ask for one. */
export const sayProblem: SayProblem = (request, response, problem) => {
  response.vary('accept').set('cache-control', 'no-store')
  if (request.accepts(['json', 'html']) === 'html') {
    sendPage(request, response, isExpired(problem) ? expiredPage(problem) : errorPage(problem))
  } else sayInJson(request, response, problem)
}
