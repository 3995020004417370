/** Tests of playbooks that stand elsewhere, or are found by their metadata. */
import assert from 'node:assert/strict'
import { playbookIn, readSti } from '../../../../core/formats/sti/read-sti.ts'
import { openProject } from '../../../../core/formats/tmt/project.ts'
import { folderOf } from '../../../../core/formats/tmt/sources.ts'
import { entriesOf } from '../../../support/entries.ts'
import { absent, basic, read } from '../../../support/playbook.ts'

const repository = { namespace: 'rpms', name: 'hello' }

describe('a playbook', () => {
  it('finds tests of another repository where its tree stands', () => {
    const source = { url: 'https://x/y.git', ref: 'v1' }
    const text = basic(
      '    repositories: [{repo: "https://x/y.git", dest: y, version: v1}]\n    tests: [y/a, own]\n',
    )
    const files = { 'tests/tests.yml': text }
    const first = readSti(entriesOf(files), { repository })
    assert.deepEqual(first.sources, [source])
    const marker = `${folderOf(source)}/.assay-source`
    const { checks, sources, notes } = readSti(entriesOf({ ...files, [marker]: '' }), { repository })
    assert.deepEqual([checks.length, sources, notes], [1, [], []])
    const { plan: found } = read(text, () => null)
    assert.deepEqual(
      found?.tests.map(({ folder }) => folder),
      [`${folderOf(source)}/a`, 'tests/own'],
    )
  })

  it('finds tests of another repository by their metadata', () => {
    const source = { url: 'https://x/shell.git', ref: null }
    const text =
      basic(
        '    repositories: [{repo: "https://x/shell.git", dest: shell, fmf_filter: "tier: 1, 2 & tags: classic"}]\n',
      ).replace('basic', 'beakerlib') + '    environment: {SH_BIN: ksh}\n'
    const files = { 'tests/tests.yml': text }
    const first = readSti(entriesOf(files), { repository })
    assert.deepEqual([first.checks.length, first.sources], [0, [source]])
    assert.match(first.awaited[0]?.reason ?? '', /https:\/\/x\/shell\.git is not fetched yet/)
    const folder = folderOf(source)
    const there = entriesOf({
      ...files,
      [`${folder}/.assay-source`]: '',
      [`${folder}/.fmf/version`]: '1\n',
      [`${folder}/main.fmf`]:
        'test: ./runtest.sh\nrequire: [expect]\n/one: {tier: 1, tags: [classic], path: /deep}\n/two: {tier: 3, tags: [classic]}\n/three: {tier: 2, tags: [atomic]}\n',
    })
    const { checks, sources } = readSti(there, { repository })
    assert.deepEqual([checks[0]?.summary, sources], ['tests/tests.yml (1 test)', []])
    const { plan: found } = playbookIn('tests/tests.yml', text, {
      ...{ project: openProject(there), context: new Map(), want: () => null },
    })
    assert.deepEqual(found?.packages, ['expect'])
    assert.deepEqual(
      found.tests.map(({ name, command, framework, folder: place, environment }) => [
        name,
        command,
        framework,
        place,
        environment,
      ]),
      [['/one', './runtest.sh', 'beakerlib', `${folder}/deep`, { SH_BIN: 'ksh' }]],
    )
  })

  it('finds its own tests by their metadata, beside those that it names', () => {
    const text = basic('    fmf_filter: "tag: {{ ours }}"\n    ours: quick\n    tests: [named]\n')
    const files = {
      'tests/.fmf/version': '1\n',
      'tests/a/main.fmf': 'test: ./a.sh\ntag: quick\n',
      'tests/b.fmf': 'test: b\n',
    }
    const found = read(text, absent, files).plan?.tests
    assert.deepEqual(
      found?.map(({ name, folder }) => [name, folder]),
      [
        ['/named', 'tests/named'],
        ['/a', 'tests/a'],
      ],
    )
    assert.match(
      read(text.replace('"tag: {{ ours }}"', '"tag"'), absent, files).reason ?? '',
      /cannot be selected \(fmf_filter\)/,
    )
    assert.match(
      read(text.replace('quick\n', '"{{ x | y }}"\n'), absent, files).reason ?? '',
      /worked out by Ansible \(fmf_filter\)/,
    )
    const broken = { ...files, 'tests/b.fmf': 'test: [' }
    assert.match(read(text, absent, broken).reason ?? '', /tests\/b\.fmf:1: /)
    assert.match(read(basic('    fmf_filter: "tier: 1"\n'), absent, files).reason ?? '', /names no tests/)
  })
})
