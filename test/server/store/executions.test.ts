import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { v7 as uuid } from 'uuid'
import { states, transitions, type State, type Step } from '../../../core/execution.ts'
import { openDatabase } from '../../../server/store/database.ts'
import type { Advance, NewExecution } from '../../../server/store/executions.ts'
import { stores, type Stores } from '../../../server/store/stores.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'
import { sampleCheck } from '../../support/checks.ts'
import { addHello, commit } from '../../support/site.ts'

const now = '2026-01-01T00:00:00.000Z'
const verdict = { outcome: 'passed', reason: null, concerns: null, note: null } as const
const steps: Step[] = ['claim', 'handBack', 'retry', 'finish', 'skip', 'cancel']
const ending: Partial<Advance> = { verdict, finishedAt: now }

onEachDatabase('the store of executions', (open) => {
  let database: TestDatabase
  let db: Knex
  let all: Stores

  before(async () => {
    database = await open()
    db = await openDatabase(database.url)
    all = stores(db)
    await addHello({ stores: all, now: () => now })
  })
  after(async () => {
    await db.destroy()
    await database[Symbol.asyncDispose]()
  })

  /** An execution brought to `state` by legal steps. */
  async function executionIn(state: State): Promise<{ id: string; state: State; attempt: number }> {
    const id = await insertOne(all)
    if (state === 'running') await all.executions.advance({ id, state: 'scheduled', attempt: 0 }, 'claim')
    if (state === 'finished')
      await all.executions.advance({ id, state: 'scheduled', attempt: 0 }, 'cancel', ending)
    return { id, state, attempt: 0 }
  }

  for (const state of states)
    for (const step of steps) {
      const to = transitions[state][step]
      it(
        to ? `lets one that is ${state} ${step}` : `refuses that one that is ${state} takes the step ${step}`,
        async () => {
          const from = await executionIn(state)
          const step1 = all.executions.advance(from, step, to === 'finished' ? ending : {})
          if (!to) await assert.rejects(step1, { code: 'ILLEGAL_TRANSITION' })
          else await step1
          assert.equal((await all.executions.get(from.id)).state, to ?? state)
        },
      )
    }

  it('refuses a step of somebody who knows an older attempt', async () => {
    const from = await executionIn('running')
    await assert.rejects(all.executions.advance({ ...from, attempt: 7 }, 'finish', ending), {
      code: 'STALE_ATTEMPT',
    })
  })

  it('lets exactly one of many racing steps through', async () => {
    const from = await executionIn('running')
    const racing = Array.from({ length: 8 }, () => all.executions.advance(from, 'finish', ending))
    const settled = await Promise.allSettled(racing)
    assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  it('refuses a finished execution without an outcome, whoever writes it', async () => {
    const { id } = await executionIn('running')
    await assert.rejects(
      db('executions').where({ id }).update({ state: 'finished', finished_at: now }),
      /constraint/i,
    )
  })

  it('refuses an outcome before the end, unknown states and unknown outcomes', async () => {
    const { id } = await executionIn('scheduled')
    const row = () => db('executions').where({ id })
    await assert.rejects(row().update({ outcome: 'passed' }), /constraint/i)
    await assert.rejects(row().update({ state: 'queued' }), /constraint/i)
    await assert.rejects(
      row().update({ state: 'finished', outcome: 'great', finished_at: now }),
      /constraint/i,
    )
  })

  it('finds executions by what they were, newest first, and the last that held before one', async () => {
    const ended = async (outcome: 'passed' | 'failed', runner: string): Promise<string> => {
      const { id } = await executionIn('running')
      const attempt = { executionId: id, number: 1, runner, instance: randomUUID(), fence: randomUUID() }
      await all.attempts.insert({ ...attempt, startedAt: now })
      const reason = outcome === 'failed' ? 'timeout' : null
      const changes = { ...ending, verdict: { ...verdict, outcome, reason } }
      await all.executions.advance({ id, state: 'running', attempt: 0 }, 'finish', changes)
      return id
    }
    const good = await ended('passed', 'r7')
    const bad = await ended('failed', 'r7')
    const other = await ended('failed', 'r8')
    const found = async (filter: object): Promise<string[]> =>
      (await all.executionLists.list({ limit: 10, ...filter })).map(({ id }) => id)
    assert.deepEqual(await found({ reason: 'timeout' }), [other, bad])
    assert.deepEqual(await found({ runner: 'r7' }), [bad, good])
    assert.deepEqual(await found({ runner: 'r7', outcome: 'failed', check: 'smoke' }), [bad])
    assert.deepEqual(await found({ reason: 'timeout', before: other }), [bad])
    assert.deepEqual(await found({ since: '2099-01-01T00:00:00Z' }), [])
    assert.deepEqual(await found({ until: '2020-01-01T00:00:00Z' }), [])
    const last = await all.executionLists.lastGood(await all.executions.get(other))
    assert.equal(last?.id, good)
  })

  it('keeps one execution of a key, however often it is planned', async () => {
    const key = randomUUID()
    await insertOne(all, key)
    const second = await insertOne(all, key)
    await assert.rejects(all.executions.get(second), { code: 'NOT_FOUND' })
  })
})

async function insertOne(all: Stores, key: string = randomUUID()): Promise<string> {
  const hello = await all.packages.get({ namespace: 'deb', name: 'hello' })
  const [registration] = await all.registrations.current(hello.id)
  const build = { packageId: hello.id, release: 'bookworm', version: '1', architectures: [], artifacts: [] }
  const buildId = uuid()
  await all.builds.insert([{ id: buildId, ...build, origin: null, createdAt: now }])
  const execution: NewExecution = {
    id: uuid(),
    key,
    packageId: hello.id,
    buildId,
    registrationId: registration!.id,
    repository: 'deb/hello',
    commit,
    definition: sampleCheck(),
    arch: 'x86_64',
    priority: 0,
    rerunOf: null,
    requestedBy: null,
    createdAt: now,
    skip: null,
  }
  await all.executions.insert([execution])
  return execution.id
}
