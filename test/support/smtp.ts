/** A real SMTP server that keeps what it is sent. */
import { text } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface Mail {
  to: string[]
  /** By their names in small letters, unfolded. */
  headers: Map<string, string>
  body: string
}

export interface MailServer extends AsyncDisposable {
  url: string
  mails: Mail[]
  /** What it answers next instead of taking a message. */
  refusals: number[]
}

export interface Guarded {
  key: Buffer
  cert: Buffer
  /** Encrypted from the first byte, or once both have said that they can; or never. */
  encrypted: 'at once' | 'when asked' | 'never'
  user: string
  password: string
}

/** Takes mail from anybody, or only from whoever signs in. */
export async function startMailServer(guarded?: Guarded): Promise<MailServer> {
  const mails: Mail[] = []
  const refusals: number[] = []
  const server = new SMTPServer({
    ...(guarded ? guard(guarded) : { authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'] }),
    onData(stream, session, done) {
      const to = session.envelope.rcptTo.map(({ address }) => address)
      void text(stream).then((raw) => {
        mails.push({ to, ...parse(raw) })
        const responseCode = refusals.shift()
        done(responseCode === undefined ? null : Object.assign(new Error('not now'), { responseCode }))
      })
    },
  })
  // A client that hangs up is for its own test to see.
  server.on('error', () => undefined)
  const listening = server.listen(0, '127.0.0.1')
  await new Promise<void>((resolve) => listening.once('listening', resolve))
  const { port } = listening.address() as { port: number }
  return {
    ...{ url: `smtp${guarded?.encrypted === 'at once' ? 's' : ''}://127.0.0.1:${port}`, mails, refusals },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const guard = ({ key, cert, encrypted, user, password }: Guarded): SMTPServerOptions => ({
  ...{ key, cert, secure: encrypted === 'at once' },
  ...(encrypted === 'never' && { disabledCommands: ['STARTTLS'] }),
  // Nobody's password shall have to be sent for all to read: a client of ours must not do it though it could.
  allowInsecureAuth: true,
  onAuth(given, _session, done) {
    const isRight = given.username === user && given.password === password
    done(isRight ? null : new Error('no'), isRight ? { user } : undefined)
  },
})

function parse(raw: string): Omit<Mail, 'to'> {
  const end = raw.indexOf('\r\n\r\n')
  const lines = raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const body = raw.slice(end + 4)
  const isQuoted = headers.get('content-transfer-encoding') === 'quoted-printable'
  return { headers, body: (isQuoted ? unquoted(body) : body).replaceAll('\r\n', '\n') }
}

const unquoted = (body: string): string =>
  Buffer.from(
    body
      .replaceAll('=\r\n', '')
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString()
