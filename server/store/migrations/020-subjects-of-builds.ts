/** What results of a build are about, where that is no build of the distribution's own: builds of Copr and OBS. */
import type { Knex } from 'knex'

interface Row {
  id: number
  source: string
  event_id: string
  build_id: string
}

const pageSize = 500

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('builds', (table) => {
    // Null: type and item follow from package and version.
    table.string('subject_type', 64)
    table.string('subject_item', 256)
  })
  for (let after = 0; ;) {
    const rows = await db<Row>('events')
      .whereIn('source', ['urn:copr', 'urn:obs'])
      .where('id', '>', after)
      .whereNotNull('build_id')
      .orderBy('id')
      .limit(pageSize)
    for (const row of rows) await db('builds').where({ id: row.build_id }).update(subjectOf(row))
    const last = rows.at(-1)
    if (!last) break
    after = last.id
  }
}

/** From what its event was called when listeners told no subject. */
function subjectOf({ source, event_id }: Row): Record<string, string> {
  const [one = '', two = '', three = '', four = '', five = ''] = event_id.split('/')
  return source === 'urn:copr'
    ? { subject_type: 'copr_build', subject_item: `${two}:${three}` }
    : { subject_type: 'obs_build', subject_item: `${one}/${two}/${four}/${three}-${five}` }
}

export async function down(db: Knex): Promise<void> {
  // Knex makes the table anew in SQLite to drop a column, which executions forbid.
  for (const column of ['subject_type', 'subject_item'])
    await db.raw(`alter table builds drop column ${column}`)
}
