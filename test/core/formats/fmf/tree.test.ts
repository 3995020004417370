import assert from 'node:assert/strict'
import { adjust, BadRule } from '../../../../core/formats/fmf/adjust.ts'
import { BadFilter, readFilter } from '../../../../core/formats/fmf/filter.ts'
import { merge } from '../../../../core/formats/fmf/merge.ts'
import { patterns } from '../../../../core/formats/fmf/pattern.ts'
import { growTree, limits } from '../../../../core/formats/fmf/tree.ts'
import { readSource } from '../../../../core/formats/source.ts'

const grow = (files: Record<string, string>, hidden: string[] = []) =>
  growTree(
    Object.entries(files).map(([path, text]) => ({ path, source: readSource(text) })),
    patterns(),
    hidden,
  )
const names = (files: Record<string, string>): string[] => grow(files).nodes.map(({ name }) => name)
const data = (files: Record<string, string>): Record<string, unknown> => {
  const { nodes, faults } = grow(files)
  assert.deepEqual(faults, [])
  return Object.fromEntries(nodes.map((node) => [node.name, node.data]))
}
const faults = (files: Record<string, string>): string[] =>
  grow(files).faults.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`)

describe('a tree of fmf', () => {
  it('has a node for each folder, file and key with a slash, and uses its leaves', () => {
    const files = {
      'main.fmf': 'a: 1\n',
      'tests/main.fmf': 'b: 2\n/one: {c: 3}\n/two/deep: {c: 4}\n',
      'tests/other.fmf': 'c: 5\n',
      'tests/sub/main.fmf': 'c: 6\n',
      'tests/.hidden/main.fmf': 'c: 7\n',
      'empty/main.fmf': '# nothing\n',
    }
    assert.deepEqual(data(files), {
      '/tests/one': { a: 1, b: 2, c: 3 },
      '/tests/two/deep': { a: 1, b: 2, c: 4 },
      '/tests/other': { a: 1, b: 2, c: 5 },
      '/tests/sub': { a: 1, b: 2, c: 6 },
    })
    assert.ok(grow(files, ['.hidden']).nodes.some(({ name }) => name === '/tests/.hidden'))
  })

  it('lets what comes later and lower say more of one node, and knows its folder', () => {
    const { nodes } = grow({
      'main.fmf': '/download: {test: a, x: 1}\n',
      'download/main.fmf': 'test: c\n',
      'download.fmf': 'test: b\ny: 2\n',
    })
    assert.deepEqual(
      nodes.map(({ name, data, folder }) => [name, data, folder]),
      [['/download', { test: 'c', x: 1, y: 2 }, 'download']],
    )
  })

  it('inherits nothing, uses branches and hides leaves where a node says so', () => {
    assert.deepEqual(
      data({
        'main.fmf':
          'a: 1\n/own: {/: {inherit: false}, b: 2}\n/branch: {/: {select: true}, c: 3, /leaf: {d: 4}}\n/hidden: {/: {select: false}}\n/named:\n',
      }),
      {
        '/own': { b: 2 },
        '/branch': { a: 1, c: 3 },
        '/branch/leaf': { a: 1, c: 3, d: 4 },
        '/named': { a: 1 },
      },
    )
  })

  it('names the place of what is wrong', () => {
    assert.deepEqual(faults({ 'main.fmf': 'a: 1\n/x: 3\n' }), [
      'main.fmf:2:5: holds a value where keys are due',
    ])
    assert.deepEqual(faults({ 'main.fmf': 'tag: [a]\n', 't/main.fmf': 'x: 1\ntag+: b\n' }), [
      't/main.fmf:2:7: tag+ cannot merge a text with a list',
    ])
    assert.deepEqual(faults({ 'main.fmf': '/: {inherit: maybe}\n' }), [
      'main.fmf:1:4: / takes inherit and select, true or false',
    ])
    assert.match(faults({ 'a.fmf': 'x: [\n' })[0] ?? '', /^a\.fmf:\d+:\d+: is not YAML/)
  })

  it('is bounded in nodes, in depth and in what is inherited', () => {
    const many = Array.from({ length: limits.nodes + 1 }, (_, at) => `/n${at}: {a: 1}\n`).join('')
    assert.match(faults({ 'main.fmf': many })[0] ?? '', /more than 5000 nodes/)
    assert.match(faults({ 'main.fmf': `${'/a'.repeat(60)}: {b: 1}\n` })[0] ?? '', /more than 50 nodes deep/)
    const keys = Array.from({ length: 1_000 }, (_, at) => `k${at}: 1\n`).join('')
    const heirs = Array.from({ length: 250 }, (_, at) => `/n${at}: {a: 1}\n`).join('')
    assert.match(faults({ 'main.fmf': keys + heirs })[0] ?? '', /inherits too much/)
  })

  it('lists nodes in the order of their files', () => {
    assert.deepEqual(names({ 'b.fmf': 'x: 1', 'a/main.fmf': 'x: 1', 'main.fmf': '/z: {x: 1}\n/y: {x: 1}' }), [
      '/z',
      '/y',
      '/b',
      '/a',
    ])
  })
})

describe('merging', () => {
  const merged = (base: object, own: object) => merge({ ...base }, { ...own }, patterns())

  it('adds, takes away and replaces by the suffix of the key', () => {
    const table: [object, object, object][] = [
      [{ time: 1 }, { 'time+': 3 }, { time: 4 }],
      [{ time: 5 }, { 'time-': 3 }, { time: 2 }],
      [{ text: 'ab' }, { 'text+': 'c' }, { text: 'abc' }],
      [{ text: 'ab' }, { 'text+<': 'c' }, { text: 'cab' }],
      [{ text: 'some details here' }, { 'text-': ' details.*' }, { text: 'some' }],
      [{ tag: ['a'] }, { 'tag+': ['b'] }, { tag: ['a', 'b'] }],
      [{ tag: ['a'] }, { 'tag+<': ['b'] }, { tag: ['b', 'a'] }],
      [{ tag: ['a', 'b'] }, { 'tag-': ['a'] }, { tag: ['b'] }],
      [{}, { 'tag+': ['b'] }, { tag: ['b'] }],
      [{ env: { a: 1, b: 2 } }, { 'env+': { b: 3 } }, { env: { a: 1, b: 3 } }],
      [{ env: { a: [1] } }, { 'env+': { 'a+': [2] } }, { env: { a: [1, 2] } }],
      [{ env: { a: 1, b: 2 } }, { 'env-': ['a'] }, { env: { b: 2 } }],
      [{ how: { a: 1 } }, { 'how+': [{ b: 2 }, { a: 3 }] }, { how: [{ a: 1, b: 2 }, { a: 3 }] }],
      [
        { how: [{ a: 1 }, { a: 2 }] },
        { 'how+': { b: 3 } },
        {
          how: [
            { a: 1, b: 3 },
            { a: 2, b: 3 },
          ],
        },
      ],
      [{ require: ['foo', 'x'] }, { 'require~': ';^foo;foo-ng;' }, { require: ['foo-ng', 'x'] }],
      [{ text: 'python2-a' }, { 'text~': ['/python2-/python3-/', '/a$/b/'] }, { text: 'python3-b' }],
      [{ require: ['python2-a', 'b'] }, { 'require-~': 'python2.*' }, { require: ['b'] }],
      [{ text: 'any' }, { 'text-~': '.*' }, { text: '' }],
      [{ env: { aa: 1, b: 2 } }, { 'env-~': ['^a'] }, { env: { b: 2 } }],
      [{}, { 'text~': '/a/b/', 'tag-~': 'x' }, {}],
      [{ a: 1 }, { a: [2] }, { a: [2] }],
    ]
    for (const [base, own, wanted] of table)
      assert.deepEqual(merged(base, own), wanted, JSON.stringify([base, own]))
  })

  it('goes in the order of the keys', () => {
    assert.deepEqual(merged({ tag: ['a', 'b'] }, { 'tag-': ['b'], 'tag+': ['b', 'c'] }), {
      tag: ['a', 'b', 'c'],
    })
    assert.deepEqual(merged({ tag: ['a', 'b'] }, { 'tag+': ['b', 'c'], 'tag-': ['b'] }), { tag: ['a', 'c'] })
  })

  it('refuses what does not go together, and what grows without end', () => {
    for (const [base, own, reason] of [
      [{ a: 1 }, { 'a+': 'b' }, /a\+ cannot merge a text with a number/],
      [{}, { 'a-': 1 }, /takes away from what is not there/],
      [{ a: 'b' }, { 'a~': 'b' }, /PATTERN\/REPLACEMENT/],
      [{ a: [1] }, { 'a~': '/a/b/' }, /cannot merge/],
      [{ a: 'b' }, { 'a-': '(' }, /is not a pattern/],
      [{ a: 'x'.repeat(90_000) }, { 'a+': 'x'.repeat(90_000) }, /grows too long/],
    ] as const)
      assert.throws(() => merged(base, own), reason)
  })
})

describe('adjust', () => {
  const context = new Map([['distro', ['fedora-40']]])
  const adjusted = (values: object) => adjust({ ...values }, context, patterns())

  it('applies the rules that hold, until one says to stop', () => {
    assert.deepEqual(
      adjusted({
        enabled: true,
        require: ['a'],
        adjust: [
          { when: 'distro < fedora-41', 'require+': ['b'] },
          { when: 'arch == x86_64', enabled: false },
          { when: 'distro == fedora', enabled: false, because: 'no', continue: false },
          { enabled: true },
        ],
      }),
      { data: { enabled: false, require: ['a', 'b'] }, because: 'no' },
    )
    assert.deepEqual(adjusted({ adjust: { a: 1 } }), { data: { a: 1 }, because: null })
  })

  it('says what cannot be applied', () => {
    for (const rules of ['x', [1], { when: 'distro' }, { when: 'distro == fedora', 'a-': 1 }])
      assert.throws(() => adjusted({ adjust: rules }), BadRule)
  })
})

describe('filters', () => {
  const values: Record<string, unknown> = { tag: ['Tier1', 'fast'], tier: 1, enabled: true, component: [] }
  const matches = (filter: string): boolean => readFilter(filter, patterns())((key) => values[key])

  it('know and, or, not, several values and patterns', () => {
    const table: [string, boolean][] = [
      ['tag: Tier1', true],
      ['tag:Tier2', false],
      ['tag: Tier2 | tag: fast', true],
      ['tag: Tier1 & tier: 1', true],
      ['tag: Tier1 & tier: 2', false],
      ['tag: Tier2, fast', true],
      ['tag: -slow', true],
      ['tag: -fast', false],
      ['tag: -fast, Tier1', true],
      ['tag: Tier[12]', true],
      ['tag: Tier', false],
      ['component: -kernel', true],
      ['enabled: true', true],
      ['unknown: -x', false],
      ['tag: a\\|b', false],
    ]
    for (const [filter, wanted] of table) assert.equal(matches(filter), wanted, filter)
  })

  it('say what cannot be read', () => {
    for (const filter of ['tag', ': x', 'tag: (', 'tag: a & '])
      assert.throws(() => matches(filter), BadFilter, filter)
  })
})
