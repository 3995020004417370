/** News for people as text: what changed, since when, the failing lines, where to look, why, and how to stop it. */
import { everyPackage, operators, type Reader, type Told } from '../notify.ts'

/** What one reader is told about one execution. */
export interface NewsPiece {
  package: string
  release: string
  version: string
  buildId: string
  execution: string
  attempt: number
  check: string
  arch: string
  became: Told
  /** The last version with the other verdict, and the first; null: there was no verdict before. */
  before: { version: string; since: string } | null
  note: string | null
  /** Whether its execution gave way to others: it is of a mass rebuild. */
  gaveWay: boolean
  because: Reader['because']
}

/** A message to one reader, as the outbox keeps it. */
export interface Notice {
  user: string
  pieces: NewsPiece[]
  /** News beyond those in `pieces`. */
  more: number
}

/** What the text says beside the news. */
export interface NoticeContext {
  /** Public base address, without a slash at its end. */
  base: string
  /** The address that stops news about one package, or `*`. */
  unsubscribe: (about: string) => string
  /** The end of the log, by execution. */
  tails: ReadonlyMap<string, readonly string[]>
}

const verbs: Readonly<Record<Told, string>> = {
  broken: 'broke',
  mended: 'holds again',
  unjudged: 'could not be judged',
}

const packagesOf = ({ pieces }: Notice): string[] => [...new Set(pieces.map((piece) => piece.package))]

/** One line that says what it is about. */
export function noticeSubject(notice: Notice): string {
  const { pieces, more } = notice
  const [first] = pieces
  const total = pieces.length + more
  if (!first) return 'Nothing changed'
  if (total === 1) return headline(first)
  const names = packagesOf(notice)
  const counted = countByKind(notice)
  if (names.length === 1 && more === 0)
    return `${first.package} ${first.version} (${first.release}): ${counted}`
  const others = names.length > 3 ? ` and ${names.length - 3} more` : ''
  return `${counted} in ${names.length}${more > 0 ? ' or more' : ''} packages: ${names.slice(0, 3).join(', ')}${others}`
}

const counted: readonly (readonly [Told, string])[] = [
  ['broken', 'broke'],
  ['mended', 'hold again'],
  ['unjudged', 'could not be judged'],
]

function countByKind({ pieces, more }: Notice): string {
  if (more > 0) return `${pieces.length + more} checks changed`
  const counts = counted.flatMap(([became, words]) => {
    const count = pieces.filter((piece) => piece.became === became).length
    return count > 0 ? [`${count} ${words}`] : []
  })
  return counts.join(', ')
}

const headline = (piece: NewsPiece): string =>
  `${piece.package} ${piece.version} (${piece.release}): ${piece.check} ${verbs[piece.became]} on ${piece.arch}`

/** The whole text, without markup. */
export function noticeText(notice: Notice, context: NoticeContext): string {
  const parts = notice.pieces.map((piece) => pieceText(piece, context))
  if (notice.more > 0) parts.push(`… and ${notice.more} more: ${context.base}/maintainers/${notice.user}`)
  return `${[...parts, footer(notice, context)].join('\n\n')}\n`
}

/** Lines that a room of a chat is told. */
const linesTold = 20

/** For a room: a line and a link for each piece, since what the lines say more is one click away. */
export function chatText({ pieces, more }: Notice, base: string): string {
  const lines = pieces
    .slice(0, linesTold)
    .map((piece) => `${headline(piece)}. ${since(piece)} ${base}/executions/${piece.execution}`)
  const rest = pieces.length - lines.length + more
  return [...lines, ...(rest > 0 ? [`… and ${rest} more: ${base}/`] : [])].join('\n')
}

function pieceText(piece: NewsPiece, { base, tails }: NoticeContext): string {
  const tail = tails.get(piece.execution) ?? []
  return [
    headline(piece),
    since(piece),
    // A stranger's sentence stays one: it must not look like ours.
    ...(piece.note === null ? [] : [piece.note.replaceAll(/\s+/g, ' ')]),
    ...(tail.length > 0 ? ['', ...tail.map((line) => `    ${line}`), ''] : []),
    `Log:     ${base}/executions/${piece.execution}`,
    `Build:   ${base}/builds/${piece.buildId}`,
    `Package: ${base}/packages/${piece.package}`,
  ].join('\n')
}

function since({ became, before, version }: NewsPiece): string {
  if (became === 'unjudged') return 'The service is to blame, or the host that it runs on.'
  if (before === null) return `Since ${version}, its first verdict here.`
  return became === 'broken'
    ? `Since ${version}; it held up to ${before.version}.`
    : `Since ${version}; it was broken from ${before.since} to ${before.version}.`
}

/** Packages that a message says how to stop, beside all of them. */
const stopsShown = 5

function footer(notice: Notice, { unsubscribe }: NoticeContext): string {
  const packages = packagesOf(notice)
  const reasons = new Set(notice.pieces.map(({ because }) => because))
  const why = [reasons.has('maintainer') && 'maintain', reasons.has('follower') && 'follow'].filter(Boolean)
  const shown = packages.slice(0, stopsShown)
  if (reasons.has('operator'))
    return `-- \nYou get this because you are in the group ${operators}: \`assay group rm ${operators} ${notice.user}\` ends it.`
  return [
    '-- ',
    `You get this because you ${why.join(' or ')} ${shown.join(', ')}${packages.length > shown.length ? ', …' : ''}.`,
    ...shown.map((name) => `No more about ${name}: ${unsubscribe(name)}`),
    `No more about any package: ${unsubscribe(everyPackage)}`,
  ].join('\n')
}
