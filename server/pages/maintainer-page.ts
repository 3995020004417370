/** The page of a maintainer: the packages that they look after, those that need them first. */
import type { MarkCounts } from '../../core/overview.ts'
import { bySeverity, type Mark } from '../../core/standing.ts'
import { html, type Html } from './html.ts'
import { page, type Document } from './layout.ts'
import { chip, counted, countWords } from './marks.ts'
import { packagePath } from './paths.ts'

export interface MaintainerView {
  user: string
  packages: MaintainedPackage[]
}

export interface MaintainedPackage {
  /** namespace/name */
  package: string
  /** The worst of its newest builds; null when no check ran. */
  mark: Mark | null
  /** Of its newest builds. */
  counts: MarkCounts
}

export const maintainerPage = ({ user, packages }: MaintainerView): Document =>
  page({
    title: `Packages of ${user}`,
    trail: [
      ['Packages', '/'],
      [user, null],
    ],
    feed: `/feeds/~${user}.atom`,
    content: html`
      <header class="head">
        <h1><span class="muted">Packages of</span> <bdi>${user}</bdi></h1>
        <p class="lead">${counted(packages.length, 'package')}.</p>
      </header>
      <ul class="plain rows" aria-label="Packages">
        ${worstFirst(packages).map(packageItem)}
      </ul>
      <p class="muted"><a href="/feeds/~${user}.atom">Feed of what changes</a></p>
    `,
  })

const worstFirst = (packages: readonly MaintainedPackage[]): MaintainedPackage[] =>
  [...packages].sort((one, other) => urgency(one) - urgency(other))

const urgency = ({ mark }: MaintainedPackage): number => (mark ? bySeverity.indexOf(mark) : bySeverity.length)

const packageItem = ({ package: name, mark, counts }: MaintainedPackage): Html =>
  html`<li>
    ${mark && chip(mark)} <a href="${packagePath(name)}">${name}</a>
    <span class="muted">${mark ? countWords(counts) : 'no check ran yet'}</span>
  </li>`
