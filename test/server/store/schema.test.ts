/** What migrations make of an empty database, against what they made of it when they were released. */
import { equal, ok } from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import knex from 'knex'
import { deliveryStates } from '../../../core/delivery.ts'
import { outcomes, parties, states } from '../../../core/execution.ts'
import { interests } from '../../../core/notify.ts'
import { isPostgres } from '../../../server/store/dialect.ts'
import { databaseOptions, openDatabase } from '../../../server/store/database.ts'
import { onEachDatabase } from '../../support/databases.ts'
import { schemaOf } from '../../support/schema-of.ts'

/** In the sources, not in what was compiled from them. `UPDATE_SCHEMA=yes npm test -- server/store/schema` writes them anew. */
const snapshot = (dialect: string): string =>
  join(import.meta.dirname, '../../../../test/server/store', `schema.${dialect}.txt`)

onEachDatabase('migrations', (open) => {
  it('make the tables that they made before: who changes them writes another migration', async () => {
    await using database = await open('nothing')
    const db = await openDatabase(database.url)
    try {
      const file = snapshot(isPostgres(db) ? 'postgresql' : 'sqlite')
      const now = await schemaOf(db)
      if (process.env['UPDATE_SCHEMA'] === 'yes') await writeFile(file, now)
      equal(now, await readFile(file, 'utf8'))
    } finally {
      await db.destroy()
    }
  })

  it('leave nothing when all of them are taken back', async () => {
    await using database = await open('nothing')
    const db = knex(databaseOptions(database.url))
    try {
      await db.migrate.latest()
      await db.migrate.rollback(undefined, true)
      equal(await schemaOf(db), '')
    } finally {
      await db.destroy()
    }
  })

  it('know every word that the code may write', async () => {
    await using database = await open()
    const db = knex(databaseOptions(database.url))
    try {
      const schema = await schemaOf(db)
      for (const words of [states, outcomes, parties, deliveryStates, interests])
        ok(
          schema.split('\n').some((line) => words.every((word) => line.includes(`'${word}'`))),
          `no rule of the database lists ${words.join(', ')}: add a migration`,
        )
    } finally {
      await db.destroy()
    }
  })
})
