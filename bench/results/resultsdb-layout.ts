/** The same results in tables laid out as ResultsDB lays them out, with its statements and its loads row by row. */
import type { Knex } from 'knex'
import { isPostgres } from '../../server/store/dialect.ts'
import type { NewRecord } from '../../server/store/resultsdb-write.ts'

interface Row {
  id: number
  testcase_name: string
}

export async function createLayout(db: Knex): Promise<void> {
  const pattern = isPostgres(db) ? ' text_pattern_ops' : ''
  const id = isPostgres(db) ? 'serial primary key' : 'integer primary key autoincrement'
  const statements = [
    `create table rdb_testcase (id ${id}, name text unique, ref_url text)`,
    `create table rdb_group (id ${id}, uuid varchar(36) unique, description text, ref_url text)`,
    `create table rdb_result (id ${id}, testcase_name text references rdb_testcase(name), submit_time timestamp, outcome varchar(32), note text, ref_url text)`,
    `create table rdb_result_data (id ${id}, result_id integer references rdb_result(id), key text, value text)`,
    `create table rdb_groups_to_results (id ${id}, group_uuid varchar(36) references rdb_group(uuid), result_id integer references rdb_result(id))`,
    `create index rdb_testcase_name on rdb_testcase (name${pattern})`,
    `create index rdb_result_testcase on rdb_result (testcase_name${pattern})`,
    `create index rdb_result_time on rdb_result (submit_time)`,
    `create index rdb_result_outcome on rdb_result (outcome${pattern})`,
    `create index rdb_data_pair on rdb_result_data (key${pattern}, value${pattern})`,
    `create index rdb_data_result on rdb_result_data (result_id)`,
    `create index rdb_member_group on rdb_groups_to_results (group_uuid${pattern})`,
    `create index rdb_member_result on rdb_groups_to_results (result_id)`,
  ]
  for (const statement of statements) await db.raw(statement)
}

export const timestamp = (microseconds: number): string =>
  new Date(microseconds / 1000).toISOString().replace('T', ' ').slice(0, -1)

/** SQLite takes at most this many rows in one statement. */
const rowsAtATime = 500

async function insert(db: Knex, table: string, rows: readonly object[], unique?: string): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsAtATime) {
    const query = db(table).insert(rows.slice(from, from + rowsAtATime))
    await (unique === undefined ? query : query.onConflict(unique).ignore())
  }
}

/** Stores `records`, whose ids follow each other from `first` on. */
export async function insertLayout(db: Knex, records: readonly NewRecord[], first: number): Promise<void> {
  const names = new Set(records.map(({ testcase }) => testcase.name))
  const uuids = new Set(records.flatMap(({ groups }) => groups.map(({ uuid }) => uuid)))
  await insert(
    db,
    'rdb_testcase',
    Array.from(names, (name) => ({ name })),
    'name',
  )
  await insert(
    db,
    'rdb_group',
    Array.from(uuids, (uuid) => ({ uuid })),
    'uuid',
  )
  const rows = records.map(({ testcase, submitTime, outcome, refUrl }) => ({
    testcase_name: testcase.name,
    submit_time: timestamp(submitTime),
    outcome,
    ref_url: refUrl,
  }))
  await insert(db, 'rdb_result', rows)
  const pairs = records.flatMap((record, at) =>
    record.pairs.map(([key, value]) => ({ result_id: first + at, key, value })),
  )
  await insert(db, 'rdb_result_data', pairs)
  const members = records.flatMap(({ groups }, at) =>
    groups.map(({ uuid }) => ({ result_id: first + at, group_uuid: uuid })),
  )
  await insert(db, 'rdb_groups_to_results', members)
}

export interface Asked {
  data?: Readonly<Record<string, string>>
  like?: Readonly<Record<string, string>>
  testcases?: readonly string[] | undefined
  outcome?: string
  since?: number
}

/** Results that fit, without an order. */
function fitting(db: Knex, { data = {}, like = {}, testcases, outcome, since }: Asked): Knex.QueryBuilder {
  const query = db('rdb_result').select('rdb_result.*')
  const join = (key: string, at: number, mode: string): string => {
    const alias = `${mode}${at}`
    void query
      .join(`rdb_result_data as ${alias}`, `${alias}.result_id`, 'rdb_result.id')
      .where(`${alias}.key`, key)
    return `${alias}.value`
  }
  for (const [at, [key, value]] of Object.entries(data).entries())
    void query.where(join(key, at, 'data'), value)
  for (const [at, [key, value]] of Object.entries(like).entries())
    void query.whereLike(join(key, at, 'like'), value)
  if (testcases) void query.whereIn('testcase_name', testcases)
  if (outcome !== undefined) void query.where({ outcome })
  if (since !== undefined) void query.where('submit_time', '>=', timestamp(since))
  return query
}

/** What its serializer makes it load: the testcases, and the groups and the data of each result. */
async function load(db: Knex, rows: readonly Row[]): Promise<number> {
  for (const name of new Set(rows.map((row) => row.testcase_name))) await db('rdb_testcase').where({ name })
  for (const { id } of rows) {
    await db('rdb_result_data').where({ result_id: id })
    await db('rdb_groups_to_results')
      .join('rdb_group', 'rdb_group.uuid', 'rdb_groups_to_results.group_uuid')
      .where({ result_id: id })
  }
  return rows.length
}

export async function page(db: Knex, asked: Asked, limit = 20, number = 0): Promise<number> {
  const query = fitting(db, asked)
    .orderBy('submit_time', 'desc')
    .limit(limit + 1)
  if (number > 0) void query.offset(number * limit)
  return load(db, (await query.select<Row[]>()).slice(0, limit))
}

export async function latest(db: Knex, asked: Asked): Promise<number> {
  const newest = db
    .from(fitting(db, { ...asked, testcases: undefined }).as('fitting'))
    .groupBy('testcase_name')
    .select('testcase_name as name')
    .max('submit_time as at')
    .as('newest')
  const query = fitting(db, asked)
    .join(newest, (on) =>
      on.on('newest.name', 'rdb_result.testcase_name').on('newest.at', 'rdb_result.submit_time'),
    )
    .orderBy('submit_time', 'desc')
  return load(db, await query.select<Row[]>())
}

/** SQLite has no DISTINCT ON, and ResultsDB no `_distinct_on` there: a window stands for it. */
export async function latestDistinct(db: Knex, asked: Asked, key: string): Promise<number> {
  const values = db('rdb_result_data').where({ key }).as('chosen')
  const query = fitting(db, asked).leftJoin(values, 'chosen.result_id', 'rdb_result.id')
  const chosen = ['rdb_result.testcase_name', 'chosen.value']
  const distinct = isPostgres(db)
    ? query.distinctOn(chosen).orderBy([...chosen, { column: 'rdb_result.submit_time', order: 'desc' }])
    : db
        .from(
          query
            .select(
              db.raw(
                `row_number() over (partition by ${chosen.join(', ')} order by submit_time desc) as place`,
              ),
            )
            .as('placed'),
        )
        .where('place', 1)
  return load(db, (await distinct) as Row[])
}
