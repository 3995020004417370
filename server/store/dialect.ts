/** Where SQLite and PostgreSQL differ in what they understand. */
import type { Knex } from 'knex'

export const isPostgres = (db: Knex): boolean =>
  (db.client as { config: { client?: unknown } }).config.client === 'pg'
