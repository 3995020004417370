import assert from 'node:assert/strict'
import {
  deliveryOf,
  hear,
  readersOf,
  type Circle,
  type Became,
  type Waiting,
  type Word,
} from '../../core/notify.ts'

const builds = { old: { id: 'b1', version: '1' }, new: { id: 'b2', version: '2' } }
const said = (says: Word['says'], build = builds.old): Word => ({
  ...{ says, buildId: build.id, version: build.version, since: build.version },
})

describe('a verdict is news', () => {
  const cases: [string, Word | null, Word['says'], { id: string; version: string }, Became | null][] = [
    ['when a check that held breaks', said('holds'), 'broken', builds.new, 'broken'],
    ['when a check that was broken holds', said('broken'), 'holds', builds.new, 'mended'],
    ['when the first verdict is bad', null, 'broken', builds.new, 'broken'],
    ['when a rerun for the same build says otherwise', said('broken'), 'holds', builds.old, 'mended'],
    ['not when the first verdict is good', null, 'holds', builds.new, null],
    ['not while it holds', said('holds'), 'holds', builds.new, null],
    ['not while it stays broken', said('broken'), 'broken', builds.new, null],
    ['not when it is about an older build', said('holds', builds.new), 'broken', builds.old, null],
  ]
  for (const [title, before, says, build, became] of cases)
    it(title, () => assert.equal(hear(before, says, build).became, became))

  it('and remembers since when', () => {
    const { word } = hear(said('broken'), 'broken', builds.new)
    assert.deepEqual(word, { says: 'broken', buildId: 'b2', version: '2', since: '1' })
    assert.equal(hear(word, 'holds', { id: 'b3', version: '3' }).word.since, '3')
    assert.equal(hear(word, 'holds', builds.old).word, word)
  })
})

describe('news reaches', () => {
  const nobodyAsked: Circle = { maintainers: ['ann'], subscriptions: [], requestedBy: null }
  const asks = (...all: [string, string, 'changes' | 'failures' | 'none'][]): Circle => ({
    ...nobodyAsked,
    subscriptions: all.map(([user, about, interest]) => ({ user, package: about, interest })),
  })
  const cases: [string, Circle, { broken: string[]; mended: string[] }][] = [
    ['maintainers, both ways', nobodyAsked, { broken: ['ann'], mended: ['ann'] }],
    ['not whoever asked for the rerun', { ...nobodyAsked, requestedBy: 'ann' }, { broken: [], mended: [] }],
    ['maintainers when somebody else asked', { ...nobodyAsked, requestedBy: 'bob' }, all('ann')],
    ['not maintainers who want nothing', asks(['ann', '*', 'none']), { broken: [], mended: [] }],
    ['only with failures who wants those', asks(['ann', '*', 'failures']), { broken: ['ann'], mended: [] }],
    [
      'as the package was asked for, before all',
      asks(['ann', '*', 'none'], ['ann', 'deb/hello', 'changes']),
      all('ann'),
    ],
    ['followers too', asks(['bob', 'deb/hello', 'changes']), all('ann', 'bob')],
    ['not followers of all that they maintain', asks(['bob', '*', 'changes']), all('ann')],
  ]
  for (const [title, circle, expected] of cases)
    it(title, () => {
      const told = (became: Became) => readersOf(became, 'deb/hello', circle).map(({ user }) => user)
      assert.deepEqual({ broken: told('broken'), mended: told('mended') }, expected)
    })
  function all(...users: string[]) {
    return { broken: users, mended: users }
  }
})

describe('a reader is written to', () => {
  const now = '2026-01-01T12:00:00.000Z'
  const ago = (minutes: number): string => new Date(Date.parse(now) - minutes * 60_000).toISOString()
  const cases: [string, Omit<Waiting, 'gaveWay'>, string[], ReturnType<typeof deliveryOf>][] = [
    ['after news has waited for more', { builds: 1, oldest: ago(1) }, [], 'wait'],
    ['about each build while they are few', { builds: 3, oldest: ago(2) }, [], 'each'],
    ['about all builds at once when they are many', { builds: 4, oldest: ago(2) }, [], 'digest'],
    ['at once while messages were few', { builds: 1, oldest: ago(2) }, [ago(50), ago(10)], 'each'],
    [
      'not again within the hour when they were many',
      { builds: 1, oldest: ago(2) },
      [ago(50), ago(9), ago(5)],
      'wait',
    ],
    ['with a digest an hour after the last message', { builds: 900, oldest: ago(59) }, [ago(60)], 'digest'],
    ['with no digest before', { builds: 900, oldest: ago(59) }, [ago(59)], 'wait'],
  ]
  for (const [title, news, told, way] of cases)
    it(title, () => assert.equal(deliveryOf({ ...news, gaveWay: false }, told, now), way))

  it('about a mass rebuild in one digest, after half a day, whatever else was told', () => {
    const rebuilt = { builds: 1, gaveWay: true }
    assert.equal(deliveryOf({ ...rebuilt, oldest: ago(719) }, [], now), 'wait')
    assert.equal(deliveryOf({ ...rebuilt, oldest: ago(720) }, [ago(1), ago(2), ago(3)], now), 'digest')
  })
})
