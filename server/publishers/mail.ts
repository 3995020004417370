/** Tells people by mail what changed. */
import { readFile } from 'node:fs/promises'
import { createTransport, type SentMessageInfo } from 'nodemailer'
import { noticeSubject, noticeText, type NewsPiece, type Notice } from '../../core/messages/notice.ts'
import { everyPackage } from '../../core/notify.ts'
import type { MailSettings } from '../../schemas/types.gen.ts'
import { visible } from '../../core/visible.ts'
import { logTail } from '../log-part.ts'
import { unsubscribeLink } from '../unsubscribe-link.ts'
import { Unreachable, type Publisher, type PublisherKind, type PublisherNeeds } from './publisher.ts'

type Needs = Pick<PublisherNeeds, 'stores' | 'files' | 'baseUrl' | 'linkSecret'>

const mailName = 'mail'

/** Milliseconds that the server may be silent. */
const patience = 30_000

/** How many executions of a message show the end of their log, and how many lines of how many characters. */
const tailLimits = { executions: 10, lines: 15, characters: 200 }

export const mails: PublisherKind = ({ mail }) =>
  mail
    ? [
        {
          name: mailName,
          part: 'mail',
          about: ['changes for people'],
          open: (needs) => openMail(needs, mail),
        },
      ]
    : []

async function openMail(
  needs: Needs,
  { url, from, user, passwordFile, authority }: MailSettings,
): Promise<Publisher> {
  const { protocol, hostname, port } = new URL(url)
  const isEncrypted = protocol === 'smtps:'
  const pass = passwordFile === undefined ? '' : (await readFile(passwordFile, 'utf8')).trim()
  const ca = authority === undefined ? undefined : await readFile(authority)
  const transport = createTransport({
    ...{ host: hostname, port: Number(port) || (isEncrypted ? 465 : 25), secure: isEncrypted },
    ...(user !== undefined && { auth: { user, pass }, requireTLS: true }),
    ...(ca && { tls: { ca } }),
    ...{ connectionTimeout: patience, greetingTimeout: patience, socketTimeout: patience },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  })
  return {
    name: mailName,
    width: 4,
    async send({ messageId, createdAt, body }) {
      const notice = body as Notice
      const to = await needs.stores.readers.address(notice.user)
      // Whoever has no address any more does not want it.
      if (to === null) return
      const base = needs.baseUrl()
      const unsubscribe = (about: string): string =>
        unsubscribeLink(base, needs.linkSecret, { user: notice.user, about })
      const sending: Promise<SentMessageInfo> = transport.sendMail({
        from: { name: 'Assay', address: from },
        to: { name: '', address: to },
        subject: visible(noticeSubject(notice)),
        text: visible(noticeText(notice, { base, unsubscribe, tails: await tailsOf(needs, notice.pieces) })),
        // The same each time it is sent, so that mail which comes twice is seen to be one.
        messageId: `<${messageId}@${new URL(base).hostname}>`,
        date: new Date(createdAt),
        headers: {
          'Auto-Submitted': 'auto-generated',
          'List-Unsubscribe': `<${unsubscribe(everyPackage)}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        },
      })
      await sending.catch(explain)
    },
    close() {
      transport.close()
      return Promise.resolve()
    },
  }
}

/** What is said of the way to the server, or of the session, rather than of the message. */
const troubles: ReadonlySet<string> = new Set([
  ...['EAUTH', 'ECONNECTION', 'ECONNREFUSED', 'EDNS', 'EPROTOCOL', 'ESOCKET', 'ETIMEDOUT', 'ETLS'],
])

/** The code with which a server says that it closes. */
const closing = 421

function explain(error: unknown): never {
  const { code = '', responseCode, message } = error as Error & { code?: string; responseCode?: number }
  const isTrouble = responseCode === closing || troubles.has(code)
  throw isTrouble ? new Unreachable(message) : error
}

/** The end of the log of what broke. */
async function tailsOf(
  { files }: Pick<Needs, 'files'>,
  pieces: readonly NewsPiece[],
): Promise<Map<string, string[]>> {
  const tails = new Map<string, string[]>()
  const broken = pieces.filter(({ became }) => became === 'broken').slice(0, tailLimits.executions)
  for (const { execution, attempt } of broken) {
    const log = await files.log({ execution, attempt })
    if (!log) continue
    const { lines } = await logTail(log, false)
    const cut = (line: string): string => line.slice(0, tailLimits.characters)
    tails.set(execution, lines.slice(-tailLimits.lines).map(cut))
  }
  return tails
}
