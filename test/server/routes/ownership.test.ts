import assert from 'node:assert/strict'
import { assertProblem } from '../../support/problem.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

describe('who maintains what, from a distribution', () => {
  let server: TestServer
  let admin: string

  before(async () => {
    server = await startTestServer()
    admin = await server.token('root', ['admin'])
    const { packages } = server.services.stores
    for (const [name, users] of [
      ['a', ['ann', 'bob']],
      ['kept', ['eve']],
    ] as const) {
      const { id } = await packages.ensure({ namespace: 'rpms', name }, server.services.now())
      for (const user of users) await packages.addMaintainer(id, user)
    }
  })
  after(() => server.close())

  const take = (body: unknown, query = '', token = admin): Promise<Response> =>
    fetch(`${server.url}/api/v1/ownership${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const maintained = async (): Promise<Record<string, string[]>> =>
    Object.fromEntries(
      [...(await server.services.stores.packages.maintained(['rpms']))].map(([name, users]) => [
        name,
        [...users].sort(),
      ]),
    )
  const list = { rpms: { a: ['bob', '@python-sig'], new: ['cleo'], alone: [] } }
  const changes = [
    { package: 'rpms/a', isNew: false, add: ['@python-sig'], remove: ['ann'] },
    { package: 'rpms/new', isNew: true, add: ['cleo'], remove: [] },
    { package: 'rpms/alone', isNew: true, add: [], remove: [] },
  ]

  it('is told first, when it is only asked for, and changes nothing then', async () => {
    const before = await maintained()
    assert.deepEqual(await (await take(list, '?dry=1')).json(), { dry: true, changes })
    assert.deepEqual(await maintained(), before)
  })

  it('is taken over for what it names, and once', async () => {
    assert.deepEqual(await (await take(list)).json(), { dry: false, changes })
    assert.deepEqual(await maintained(), {
      'rpms/a': ['@python-sig', 'bob'],
      'rpms/kept': ['eve'],
      'rpms/new': ['cleo'],
      'rpms/alone': [],
    })
    assert.deepEqual(await (await take(list)).json(), { dry: false, changes: [] })
  })

  it('is refused whole where one name is none, and to all but admins', async () => {
    const before = await maintained()
    for (const bad of [{ rpms: { b: ['x y'] } }, { 'RPMS!': {} }, { rpms: { '../b': [] } }, { rpms: ['b'] }])
      await assertProblem(await take({ ...bad, deb: { good: ['ann'] } }), 400, 'INVALID_INPUT')
    assert.deepEqual(await maintained(), before)
    assert.equal(await server.services.stores.packages.find({ namespace: 'deb', name: 'good' }), null)
    await assertProblem(await take(list, '', await server.token('ann', ['push'])), 403, 'FORBIDDEN')
  })

  it('is taken over for as many packages as a distribution has', async () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`p${at}`, [`user${at % 300}`]]))
    const { changes: made } = (await (await take({ many })).json()) as { changes: unknown[] }
    assert.equal(made.length, 5000)
    const again = (await (await take({ many })).json()) as { changes: unknown[] }
    assert.equal(again.changes.length, 0)
  })
})
