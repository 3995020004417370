/** What others tell ResultsDB's API: results, groups and testcases, each stored in one transaction. */
import { v1 as uuid } from 'uuid'
import type { PostedGroup, PostedResult, PostedTestcase } from '../../core/resultsdb/post.ts'
import { microsecondsOf } from '../../core/resultsdb/times.ts'
import type { ShownGroup, ShownResult, ShownTestcase } from '../../core/resultsdb/views.ts'
import type { Services } from '../services.ts'
import { publishersOf } from '../publishers/kinds.ts'
import { postedResult, type PostedResultBody } from '../publishers/posted-result.ts'
import type { Stores } from '../store/stores.ts'
import type { GroupChange } from '../store/resultsdb-names.ts'

/** Now in microseconds, later at every call: results that come within one millisecond keep their order. */
export function submitClock(now: () => string): () => number {
  let last = 0
  return () => {
    const time = microsecondsOf(now())
    last = time > last || last - time >= 1000 ? time : last + 1
    return last
  }
}

const named = (group: PostedGroup): GroupChange => ({ ...group, uuid: group.uuid ?? uuid() })

export async function addResult(
  { transaction, settings, now }: Pick<Services, 'transaction' | 'settings' | 'now'>,
  { outcome, testcase, groups, note, refUrl, data, submitTime }: PostedResult,
  { poster, clock }: { poster: string | null; clock: () => number },
): Promise<ShownResult> {
  const stored = await transaction(async (inside) => {
    const added = await inside.resultsdbResults.add({
      executionId: null,
      testcase,
      outcome,
      verdict: null,
      note,
      refUrl,
      artifact: null,
      postedBy: poster,
      submitTime: submitTime ?? clock(),
      groups: groups.map(named),
      pairs: data,
    })
    if (added)
      await announce(inside, added.id, { now: now(), audience: publishersOf(settings, 'posted results') })
    return added
  })
  return there(stored)
}

async function announce(
  { outbox }: Stores,
  result: number,
  { now, audience }: { now: string; audience: readonly string[] },
): Promise<void> {
  const body: PostedResultBody = { result }
  await outbox.add({ subject: `result ${result}`, kind: postedResult, body }, now, audience)
}

export async function putGroup(
  { transaction }: Pick<Services, 'transaction'>,
  group: PostedGroup,
): Promise<ShownGroup> {
  return there(await transaction((inside) => inside.resultsdbNames.putGroup(named(group))))
}

export async function putTestcase(
  { transaction }: Pick<Services, 'transaction'>,
  testcase: PostedTestcase,
): Promise<ShownTestcase> {
  return there(await transaction((inside) => inside.resultsdbNames.putTestcase(testcase)))
}

function there<T>(stored: T | null): T {
  if (stored === null) throw new Error('what was stored a moment ago is not there')
  return stored
}
