/** How many executions wait, by package and priority. */
import { priorities, type Priority, type Waiting } from '../../core/priority.ts'
import { chunks } from './chunks.ts'
import type { Database } from './database.ts'

/** Written out, as a database can only then use an index of what waits alone. */
export const isScheduled = `executions.state = 'scheduled'`

/** How many executions of these packages wait, those that were made `before` an execution alone where it is given. */
export async function countWaiting(
  db: Database,
  packageIds: readonly number[],
  before?: string,
): Promise<[Omit<Waiting, 'id'>, number][]> {
  const found: [Omit<Waiting, 'id'>, number][] = []
  for (const chunk of chunks([...new Set(packageIds)])) {
    const rows = await db('executions')
      .whereRaw(isScheduled)
      .whereIn('priority', Object.values(priorities))
      .whereIn('package_id', chunk)
      .modify((query) => {
        if (before !== undefined) void query.where('id', '<', before)
      })
      .groupBy('priority', 'package_id')
      .select<{ priority: Priority; package_id: number; count: number | string }[]>(
        'priority',
        'package_id',
        db.raw('count(*) as count'),
      )
    for (const { priority, package_id: packageId, count } of rows)
      found.push([{ packageId, priority }, Number(count)])
  }
  return found
}
