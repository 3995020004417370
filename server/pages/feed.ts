/** Changes of verdict as an Atom feed (RFC 4287): what broke and what was mended, nothing that stayed. */
import type { Change } from '../../core/changes.ts'
import { html, type Html } from './html.ts'
import { executionPath } from './paths.ts'

export interface FeedView {
  /** What the feed is about. */
  title: string
  /** Where the feed is, and the page that shows the same: paths of this site. */
  address: string
  page: string
  /** Newest first. */
  changes: readonly FeedChange[]
  /** When there was nothing yet: what an empty feed was last changed by. */
  createdAt: string
  baseUrl: string
}

/** A change, and of which package where the feed is about several. */
export type FeedChange = Change & { package?: string }

export function feed({ title, address, page, changes, createdAt, baseUrl }: FeedView): Html {
  const newest = changes.map(changedAt).sort().at(-1) ?? createdAt
  return html`<?xml version="1.0" encoding="utf-8"?>
    <feed xmlns="http://www.w3.org/2005/Atom">
      <id>${baseUrl}${address}</id>
      <title>${title}: changes of verdict</title>
      <updated>${newest}</updated>
      <author><name>Assay</name></author>
      <link rel="self" type="application/atom+xml" href="${baseUrl}${address}" />
      <link rel="alternate" type="text/html" href="${baseUrl}${page}" />
      ${changes.map((change) => entry(change, baseUrl))}
    </feed> `
}

/** An execution changes the verdict once at most, so its id is the entry's. */
const entry = (change: FeedChange, baseUrl: string): Html =>
  html`<entry>
    <id>urn:uuid:${change.execution.id}</id>
    <title>${titleOf(change)}</title>
    <updated>${changedAt(change)}</updated>
    <link rel="alternate" type="text/html" href="${baseUrl}${executionPath(change.execution.id)}" />
    <content type="text">${contentOf(change)}</content>
  </entry> `

const titleOf = ({ package: name, became, execution, build }: FeedChange): string =>
  `${name === undefined ? '' : `${name}: `}${execution.check} ${became === 'broken' ? 'broke' : 'holds again'}: ${build.version} on ${build.release}, ${execution.arch}`

const contentOf = ({ became, execution, before }: Change): string =>
  [
    execution.note ?? '',
    before
      ? `It ${became === 'broken' ? 'held' : 'was broken'} for ${before.version}.`
      : 'This was its first verdict.',
  ]
    .filter(Boolean)
    .join(' ')

const changedAt = ({ execution }: Change): string => execution.finishedAt ?? execution.createdAt
