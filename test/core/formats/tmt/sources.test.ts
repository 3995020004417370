import assert from 'node:assert/strict'
import { contextOf } from '../../../../core/formats/tmt/context.ts'
import { planIn, readTmt } from '../../../../core/formats/tmt/read-tmt.ts'
import { folderOf, whyNotFrom } from '../../../../core/formats/tmt/sources.ts'
import { tmtEntries } from '../../../support/entries.ts'

const repository = { namespace: 'rpms', name: 'hello' }
const url = 'https://example.org/tests'
const context = contextOf({ release: 'f40', arch: 'x86_64', package: 'rpms/hello', image: 'debian-12' })
/** Files of another repository, where they stand once they are fetched. */
const from = (
  source: { url: string; ref?: string },
  files: Record<string, string>,
): Record<string, string> => {
  const folder = folderOf({ ref: null, ...source })
  const all = { '.fmf/version': '1\n', ...files }
  return Object.fromEntries(Object.entries(all).map(([path, text]) => [`${folder}/${path}`, text]))
}
const read = (files: Record<string, string>, unfetched?: Map<string, string>) =>
  readTmt(tmtEntries(files), { repository, ...(unfetched && { unfetched }) })
const plan = (files: Record<string, string>) => {
  const answer = planIn(tmtEntries(files), '/plan', context, () => ({}))
  assert.ok(answer.plan, answer.reason ?? '')
  return answer.plan
}
const discovering = (more = ''): string => `discover: {how: fmf, url: ${url}${more}}\nexecute: {how: tmt}\n`

describe('a project of tmt that takes things from elsewhere', () => {
  it('waits for what is not fetched yet, and is skipped for what cannot be', () => {
    const files = { 'plan.fmf': discovering(', ref: main') }
    const first = read(files)
    assert.deepEqual([first.checks, first.skipped, first.faults], [[], [], []])
    assert.deepEqual(first.sources, [{ url, ref: 'main' }])
    assert.match(first.awaited[0]?.reason ?? '', /takes tests from elsewhere: .*tests is not fetched yet/)
    const next = read(files, new Map([[folderOf({ url, ref: 'main' }), 'gone away']]))
    assert.deepEqual(next.awaited, [])
    assert.deepEqual(next.skipped, [{ name: 'tmt.plan', reason: 'it takes tests from elsewhere: gone away' }])
  })

  it('runs the tests of another repository in their own tree, beside its own', () => {
    const theirs = from(
      { url, ref: 'v1' },
      { 'deep/.fmf/version': '1\n', 'deep/a/main.fmf': 'test: ./run.sh\n', 'top.fmf': 'test: x\n' },
    )
    const found = plan({
      'own.fmf': '/own: {test: y}\n',
      'plan.fmf': `discover: [{how: fmf}, {how: fmf, url: ${url}, ref: v1, path: /deep}]\nexecute: {how: tmt}\n`,
      ...theirs,
    })
    const deep = `${folderOf({ url, ref: 'v1' })}/deep`
    assert.deepEqual(
      found.tests.map(({ name, folder, tree, skip }) => [name, folder, tree, skip]),
      [
        ['/default-0/own/own', '', '', null],
        ['/default-1/a', `${deep}/a`, deep, null],
      ],
    )
  })

  it('runs tests that a plan holds itself in the tree that it takes, if any', () => {
    const text = `discover: {how: shell, url: ${url}, tests: [{name: a, test: x}, {name: b, test: y, path: /sub}]}\nexecute: {how: tmt}\n`
    const theirs = folderOf({ url, ref: null })
    const { tests } = plan({ 'plan.fmf': text, [`${theirs}/.assay-source`]: '' })
    assert.deepEqual(
      tests.map(({ name, folder, tree }) => [name, folder, tree]),
      [
        ['/a', theirs, theirs],
        ['/b', `${theirs}/sub`, theirs],
      ],
    )
    assert.match(read({ 'plan.fmf': text }).awaited[0]?.reason ?? '', /is not fetched yet/)
  })

  it('takes over a plan, with variables of its own', () => {
    const theirs = from(
      { url },
      {
        'plans/basic.fmf':
          'summary: Theirs\ndiscover: {how: fmf}\nprepare: {how: shell, script: make}\nenvironment: {A: "1", B: "2"}\nexecute: {how: tmt}\n',
        't.fmf': 'test: ./t.sh\n',
      },
    )
    const importing = (name: string): string =>
      `plan: {import: {url: ${url}, name: ${name}}}\nenvironment: {B: "3"}\ndiscover: {how: shell}\nsummary: Ours\n`
    const found = plan({ 'plan.fmf': importing('/plans/basic'), ...theirs })
    const folder = folderOf({ url, ref: null })
    assert.deepEqual(
      [found.name, found.summary, found.environment, found.prepare, found.root],
      ['/plan', 'Theirs', { A: '1', B: '3' }, ['make'], folder],
    )
    assert.deepEqual(
      found.tests.map(({ name, tree }) => [name, tree]),
      [['/t', folder]],
    )
    assert.equal(plan({ 'plan.fmf': importing('basic'), ...theirs }).tests.length, 1)
    assert.match(
      read({ 'plan.fmf': importing('/other'), ...theirs }).skipped[0]?.reason ?? '',
      /imports the plan \/other, which is not there/,
    )
    const off = from({ url }, { 'p.fmf': 'enabled: false\nexecute: {how: tmt}\n' })
    assert.match(
      read({ 'plan.fmf': importing('/p'), ...off }).skipped[0]?.reason ?? '',
      /the plan \/p that it imports is disabled/,
    )
    const alone = importing('/plans/basic').replace('name:', 'inherit-context: false, name:')
    assert.match(read({ 'plan.fmf': alone, ...theirs }).skipped[0]?.reason ?? '', /\(inherit-context\)/)
  })

  it('gives tests the libraries that they require, and those the ones that they require', () => {
    const certs = { url: 'https://github.com/beakerlib/openssl' }
    const base = { url: 'https://example.org/base.git', ref: 'v2' }
    const files = {
      'plan.fmf': 'discover: {how: fmf}\nexecute: {how: tmt}\n',
      't.fmf':
        'test: x\nrequire: [library(openssl/certs), library(openssl/util), curl]\nrecommend: library(none/x)\n',
      'u.fmf': 'test: x\nrequire: {url: https://example.org/none, name: /l}\n',
      ...from(certs, {
        'util/main.fmf': 'require: bc\n',
        'certs/main.fmf': `require: [openssl, {url: ${base.url}, ref: v2, name: /x}]\nrecommend: [less]\n`,
      }),
    }
    assert.deepEqual(read(files).sources, [
      { url: 'https://github.com/beakerlib/none', ref: null },
      { url: base.url, ref: 'v2' },
      { url: 'https://example.org/none', ref: null },
    ])
    const [one, other] = plan({ ...files, ...from(base, { 'x/main.fmf': 'require: [make]\n' }) }).tests
    assert.deepEqual(one?.skip, null)
    assert.deepEqual(one.packages, ['curl', 'openssl', 'bc', 'make'])
    assert.deepEqual(one.recommended, ['less'])
    assert.deepEqual(one.libraries, {
      openssl: folderOf({ ref: null, ...certs }),
      base: folderOf(base),
    })
    assert.match(other?.skip ?? '', /requires the library \/l of https:\/\/example\.org\/none: .*not fetched/)
  })

  it('compares addresses as they are fetched, wherever their dots seem to lead', () => {
    const wanted = (text: string): string[] =>
      read({ 'plan.fmf': `discover: {how: fmf, url: '${text}'}\nexecute: {how: tmt}\n` }).sources.map(
        (source) => source.url,
      )
    const from = ['https://example.org/team/']
    for (const text of [
      'https://example.org/team/../x',
      'https://example.org/team/%2e%2e/x',
      'https://example.org/team\\..\\x',
    ]) {
      assert.deepEqual(wanted(text), ['https://example.org/x'], text)
      assert.match(whyNotFrom({ url: wanted(text)[0] ?? '', ref: null }, from) ?? '', /none of the addresses/)
    }
    assert.equal(
      whyNotFrom({ url: wanted('https://Example.org/team/./t.git')[0] ?? '', ref: null }, from),
      null,
    )
    for (const text of [
      'https://a@example.org/t',
      'https://example.org/t?x',
      'ssh://example.org/t',
      '/t',
      'https://',
    ])
      assert.deepEqual(wanted(text), [], text)
  })

  it('takes mistakes of others as theirs: they refuse no push', () => {
    const theirs = from({ url }, { 'p.fmf': 'environment: [a]\ndiscover: {how: fmf}\nexecute: {how: tmt}\n' })
    const importing = read({ 'plan.fmf': `plan: {import: {url: ${url}, name: /p}}\n`, ...theirs })
    assert.deepEqual(importing.faults, [])
    assert.match(importing.skipped[0]?.reason ?? '', /cannot be read .*: p\.fmf:1: \/p: environment/)
    const own = read({ 'plan.fmf': `plan: {import: {url: ${url}, name: /p}}\nenvironment: [b]\n`, ...theirs })
    assert.match(own.faults[0]?.message ?? '', /\/plan: environment does not hold keys/)
    const files = { 'plan.fmf': discovering(), ...from({ url }, { 'a.fmf': 'test: x\nduration: soon\n' }) }
    const { faults, skipped } = read(files)
    assert.deepEqual(faults, [])
    assert.match(skipped[0]?.reason ?? '', /cannot be read: a\.fmf:2: \/a: duration cannot be "soon"/)
  })
})
