/** Connections for questions that anybody may ask: they only read, none may take long, and nothing else waits for them. */
import knex, { type Knex } from 'knex'
import { AppError } from '../../core/errors.ts'
import { databaseOptions, isPostgresUrl } from './database.ts'

/** How many: those that an SQLite keeps at work take as many of the few threads that the server reads files with. */
export interface ReadingConnections {
  sqlite: number
  postgres: number
}

export interface ReadingLimits {
  /** Of one statement: it is ended then. */
  milliseconds: number
  connections: ReadingConnections
  /** How long a question waits for a connection. */
  waitMilliseconds: number
}

/** Opens connections to a database that `openDatabase` has opened before. The caller destroys what it gets. */
export function openReading(
  url: string,
  { milliseconds, connections, waitMilliseconds }: ReadingLimits,
): Knex {
  const postgres = isPostgresUrl(url)
  return knex({
    ...databaseOptions(url),
    acquireConnectionTimeout: waitMilliseconds,
    // It would write down every wait that was too long: whoever waited is told.
    log: { warn: () => undefined },
    pool: postgres
      ? { min: 0, max: connections.postgres, afterCreate: preparePostgres(milliseconds) }
      : { min: 0, max: connections.sqlite, afterCreate: prepareSqlite(milliseconds) },
  })
}

type Prepare<Connection> = (
  connection: Connection,
  done: (error: Error | null, connection: Connection) => void,
) => void

interface PostgresConnection {
  query: (sql: string, done: (error: Error | null) => void) => void
}

const preparePostgres =
  (milliseconds: number): Prepare<PostgresConnection> =>
  (connection, done) => {
    connection.query(
      `SET statement_timeout = ${Math.ceil(milliseconds)}; SET default_transaction_read_only = on`,
      (error) => done(error, connection),
    )
  }

type Answered = (this: unknown, error: Error | null, rows: unknown) => void

interface SqliteConnection {
  exec: (sql: string, done: (error: Error | null) => void) => void
  all: (sql: string, bindings: unknown, done: Answered) => void
  interrupt: () => void
}

/** SQLite has no clock of its own: whoever asks ends what takes too long. What ended before is not touched by that. */
const prepareSqlite =
  (milliseconds: number): Prepare<SqliteConnection> =>
  (connection, done) => {
    const all = connection.all.bind(connection)
    connection.all = (sql, bindings, answered) => {
      const late = setTimeout(() => connection.interrupt(), milliseconds)
      all(sql, bindings, function (error, rows) {
        clearTimeout(late)
        answered.call(this, error, rows)
      })
    }
    connection.exec('PRAGMA query_only = ON; PRAGMA busy_timeout = 5000;', (error) => done(error, connection))
  }

/** What each database says of a statement that it ended. */
const ended = ['SQLITE_INTERRUPT', '57014']

/** The same functions, which throw QUERY_TOO_SLOW and QUERIES_BUSY where a question met its limits. */
export function withinLimits<Store extends object>(store: Store): Store {
  const functions = Object.entries(store) as [string, (...args: unknown[]) => Promise<unknown>][]
  return Object.fromEntries(
    functions.map(([name, ask]) => [
      name,
      async (...args: unknown[]) => {
        try {
          return await ask.apply(store, args)
        } catch (error) {
          throw inWords(error)
        }
      },
    ]),
  ) as Store
}

function inWords(error: unknown): unknown {
  if (error instanceof knex.KnexTimeoutError)
    return new AppError(
      'QUERIES_BUSY',
      503,
      'Too many questions are being looked up: ask again in a few seconds.',
    )
  if (!ended.includes((error as { code?: string }).code ?? '')) return error
  return new AppError(
    'QUERY_TOO_SLOW',
    503,
    'To look this up takes too long: narrow the question, by fewer patterns, a beginning without * or a shorter time.',
  )
}
