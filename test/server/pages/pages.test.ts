import assert from 'node:assert/strict'
import { badge } from '../../../server/pages/badge.ts'
import { buildPage } from '../../../server/pages/build-page.ts'
import { executionPage } from '../../../server/pages/execution-page.ts'
import { feed } from '../../../server/pages/feed.ts'
import { duration } from '../../../server/pages/moment.ts'
import { packagePage } from '../../../server/pages/package-page.ts'
import { readable } from '../../../server/pages/terminal-text.ts'
import { build, execution, executionView, feedView, now, packageView } from './sample-views.ts'

/** What a reader sees: markup without tags, in one line. */
const textOf = (markup: { toString: () => string }): string =>
  markup
    .toString()
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')

const nobody = { user: null, address: '/' }

describe('the page of a package', () => {
  const text = textOf(packagePage(packageView, now)(nobody))

  it('says first what needs somebody', () => {
    assert.match(text, /1 check needs you; 1 check could not be judged; 1 check still to finish\./)
  })

  it('says since when a check is broken and when it last held', () => {
    assert.match(text, /Broken since 2\.10-5 \( yesterday \); it held for 2\.10-4/)
  })

  it('says why something waits, and whose checks run', () => {
    assert.match(text, /upgrade since yesterday \. It is next for a free runner\./)
    assert.match(text, /from dist\/lint/)
  })

  it('goes on by itself only while something runs', () => {
    const quiet = { ...packageView, overview: { mark: null, releases: [] } }
    assert.match(
      packagePage(packageView, now)(nobody).toString(),
      /<script src="\/assets\/live\.[0-9a-f]{12}\.js"/,
    )
    assert.doesNotMatch(packagePage(quiet, now)(nobody).toString(), /<script/)
    assert.match(textOf(packagePage(quiet, now)(nobody)), /No check has run for this package yet\./)
  })
})

describe('the page of a build', () => {
  const dep8 = { kind: 'file', user: 'root', allowStderr: false, depends: '@' } as const
  const ofDep8 = { ...execution, definition: { ...execution.definition, dep8 } }
  const textWith = (executions: (typeof execution)[]): string =>
    textOf(buildPage({ build, executions, why: {} }, now)(nobody))

  it('says how autopkgtest would end on each architecture, once all its tests of DEP-8 have', () => {
    const others = { ...ofDep8, arch: 'aarch64', outcome: 'passed' as const, reason: null }
    const text = textWith([ofDep8, others])
    assert.match(text, /As autopkgtest ends on aarch64 0 \(pass\): all tests passed/)
    assert.match(text, /As autopkgtest ends on x86_64 4 \(fail\): at least one test failed/)
    const unfinished = { ...ofDep8, check: 'other', state: 'running' as const, outcome: null }
    assert.doesNotMatch(textWith([ofDep8, unfinished]), /autopkgtest/)
    assert.doesNotMatch(textWith([execution]), /autopkgtest/)
  })
})

describe('the page of an execution', () => {
  const markup = executionPage(executionView, now)(nobody).toString()
  const text = textOf(markup)

  it('tells its lifecycle with times', () => {
    assert.match(
      text,
      /Scheduled 2026-11-23 12:00:00 UTC waited 4\.0 s Running 2026-11-23 12:00:04 UTC ran 1 min 5 s Finished/,
    )
  })

  it('shows every attempt with its machine, its steps and how it ended', () => {
    assert.match(text, /2 attempts .*Attempt 1 errored .*machine_error .*qemu fell over.*booting 30 s/)
    assert.match(text, /builder-01 , in a fresh machine from image debian-12 , emulated \(TCG\), qemu 7\.2/)
  })

  it('numbers the lines of the log, each with an address', () => {
    assert.match(markup, /id="L2"[^]*?href="#L2"[^]*?second/)
  })

  it('points a result to the newest artifact of that name', () => {
    assert.match(markup, /artifacts\/report\.html\?attempt=2"/)
  })

  it('offers to cancel what has not finished and to rerun what has', () => {
    assert.ok(text.includes(`assay rerun ${execution.id}`))
    const running = {
      ...executionView,
      execution: { ...execution, state: 'running' as const, outcome: null, finishedAt: null },
    }
    assert.ok(textOf(executionPage(running, now)(nobody)).includes(`assay cancel ${execution.id}`))
  })
})

describe('the feed of a package', () => {
  it('tells what changed and nothing that stayed', () => {
    const markup = feed(feedView).toString()
    assert.deepEqual(
      [...markup.matchAll(/<title>\s*(.*?)\s*<\/title>/g)].map(([, title]) => title),
      ['deb/hello: changes of verdict', 'smoke broke: 2.10-5 on bookworm, x86_64'],
    )
    assert.match(markup, /<id>urn:uuid:01a20000-0000-7000-8000-000000000022<\/id>/)
    assert.ok(markup.startsWith('<?xml version="1.0" encoding="utf-8"?>'))
  })
})

describe('small words', () => {
  it('a badge says its verdict in text', () => {
    assert.match(badge('checks', 'needs_inspection').toString(), /aria-label="checks: needs inspection"/)
    assert.match(badge('checks', null).toString(), /no checks/)
  })

  it('lengths of time are as short as they can be', () => {
    assert.deepEqual([300, 4_000, 65_000, 300_000, 7_440_000].map(duration), [
      '0.3 s',
      '4.0 s',
      '1 min 5 s',
      '5 min',
      '2 h 4 min',
    ])
  })

  it("a terminal's colours, titles and overwritten lines are carried out, not shown", () => {
    assert.equal(readable('\u001b[1;32mok\u001b[0m \u001b]0;title\u0007done'), 'ok done')
    assert.equal(readable('10%\r50%\r100%\r'), '100%')
    assert.match(readable('x'.repeat(5000)), /… \(3000 more characters in the whole log\)$/)
  })
})
