/** A way to the few packages whose checks are for many: every build asks for them. See isShared in core/names.ts. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(`create index packages_shared_index on packages (substr(namespace || '-', 1, 5))`)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop index packages_shared_index')
}
