/** The tables of a database as text, a line for each column, rule and index: to be compared with what it was. */
import type { Knex } from 'knex'
import { isPostgres } from '../../server/store/dialect.ts'

/** Those of the schema that `db` is in, or of the whole SQLite file; without what knex keeps for itself. */
export const schemaOf = (db: Knex): Promise<string> =>
  isPostgres(db) ? postgresSchema(db) : sqliteSchema(db)

async function sqliteSchema(db: Knex): Promise<string> {
  const rows = (await db('sqlite_master')
    .select('sql')
    .whereNotNull('sql')
    .whereNot('name', 'like', 'sqlite_%')
    .whereNot('tbl_name', 'like', 'knex_%')
    .orderBy(['tbl_name', { column: 'type', order: 'desc' }, 'name'])) as { sql: string }[]
  return rows
    .map(
      ({ sql }) =>
        `${sql.trim().replaceAll(/,\s*(?=[`"]\w+[`"] |constraint |foreign |check |primary )/gi, ',\n  ')}\n`,
    )
    .join('\n')
}

async function postgresSchema(db: Knex): Promise<string> {
  const { rows } = await db.raw<{ rows: { line: string }[] }>(`
    select line from (
      select table_name as of, 0 as kind, column_name as name, concat_ws(' ', table_name || '.' || column_name, data_type || coalesce('(' || character_maximum_length || ')', ''),
        case is_nullable when 'NO' then 'not null' end, 'default ' || column_default) as line
        from information_schema.columns where table_schema = current_schema()
      union all
      select conrelid::regclass::text, 1, conname, concat_ws(' ', conrelid::regclass, pg_get_constraintdef(oid))
        from pg_constraint where connamespace = current_schema()::regnamespace and conrelid <> 0
      union all
      select tablename, 2, indexname, indexdef from pg_indexes where schemaname = current_schema()
    ) as lines where of not like 'knex_%' order by of, kind, name`)
  return rows.map(({ line }) => `${line}\n`).join('')
}
