/** A refusal as people read it: what is wrong and what to do next. */
import type { Problem } from '../problem.ts'
import { html } from './html.ts'
import { page, type Document } from './layout.ts'

export const errorPage = ({ title, status, detail, code }: Problem): Document =>
  page({
    title,
    content: html`
      <header class="head">
        <h1>${title}</h1>
        <p class="lead"><bdi>${detail}</bdi></p>
      </header>
      <p class="muted">${status} <code>${code}</code> · <a href="/">What changed lately</a></p>
    `,
  })
