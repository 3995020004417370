import assert from 'node:assert/strict'
import { v7 as uuid } from 'uuid'
import { openDatabase, type Database } from '../../../server/store/database.ts'
import { stores, type Stores } from '../../../server/store/stores.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'
import { sampleCheck } from '../../support/checks.ts'
import { commit } from '../../support/site.ts'

const createdAt = '2026-11-24T12:00:00.000Z'

onEachDatabase('overviews', (open) => {
  let database: TestDatabase
  let db: Database
  let inside: Stores
  const packages: number[] = []

  before(async () => {
    database = await open()
    db = await openDatabase(database.url)
    inside = stores(db)
    for (const name of ['one', 'two'])
      packages.push((await inside.packages.ensure({ namespace: 'deb', name }, createdAt)).id)
    for (let number = 1; number <= 5; number++)
      for (const packageId of packages)
        for (const release of ['bookworm', 'sid']) await addBuild(packageId, release, String(number))
  })
  after(async () => {
    await db.destroy()
    await database[Symbol.asyncDispose]()
  })

  let made = 0
  async function addBuild(packageId: number, release: string, version: string): Promise<string> {
    const id = uuid({ msecs: (made += 1) })
    await inside.builds.insert([
      {
        id,
        packageId,
        release,
        version,
        architectures: ['x86_64'],
        artifacts: [],
        origin: null,
        createdAt,
      },
    ])
    return id
  }

  it('give the latest builds of each release of a package', async () => {
    const builds = await inside.overviews.latestPerRelease([packages[0]!], 2)
    assert.deepEqual(
      builds.map(({ release, version }) => `${release} ${version}`),
      ['sid 5', 'bookworm 5', 'sid 4', 'bookworm 4'],
    )
  })

  it('give the latest builds of all packages, each with the one before it', async () => {
    const builds = await inside.overviews.latestWithPrevious(3)
    assert.deepEqual(
      builds.map((build) => `${build.package} ${build.release} ${build.version}`),
      [
        'deb/two sid 5',
        'deb/two bookworm 5',
        'deb/one sid 5',
        'deb/two sid 4',
        'deb/two bookworm 4',
        'deb/one sid 4',
      ],
    )
  })

  it('count what is there and what waits, and list what waits longest first', async () => {
    const packageId = packages[0]!
    const check = sampleCheck()
    const registered = { packageId, branch: 'main', commit, pushedBy: 'ann', checks: [check], createdAt }
    const registrationId = await inside.registrations.add(registered, true)
    const [build] = await inside.overviews.latestPerRelease([packageId], 1)
    const ids = [uuid({ msecs: 1000 }), uuid({ msecs: 2000 })]
    const rest = {
      packageId,
      registrationId,
      repository: 'deb/one',
      commit,
      definition: check,
      arch: 'x86_64',
    }
    await inside.executions.insert(
      ids.map((id) => ({
        id,
        key: id,
        buildId: build!.id,
        ...rest,
        priority: 0,
        rerunOf: null,
        requestedBy: null,
        createdAt,
        skip: null,
      })),
    )
    assert.deepEqual(await inside.overviews.counts(), { packages: 2, scheduled: 2, running: 0 })
    assert.deepEqual(
      (await inside.executionLists.waiting(5)).map(({ id }) => id),
      ids,
    )
    assert.deepEqual(
      (await inside.overviews.executionsOf([build!.id])).map(({ id }) => id),
      [...ids].reverse(),
    )
    assert.deepEqual(
      (await inside.registrations.ofCommit(packageId, commit)).map(({ branch }) => branch),
      ['main'],
    )
    assert.deepEqual(
      (await inside.search.executions(ids[0]!.slice(0, 8), 5)).map(({ id }) => id),
      [...ids].reverse(),
    )
  })

  it('find builds by the beginning of a version, whatever wildcards it holds', async () => {
    assert.equal((await inside.search.builds('5', 20)).length, 4)
    assert.equal((await inside.search.builds('%', 20)).length, 0)
    assert.equal((await inside.search.builds('_', 20)).length, 0)
  })
})
