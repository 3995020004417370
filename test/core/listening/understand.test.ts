/** What messages of buses are turned into. */
import assert from 'node:assert/strict'
import type { Naming } from '../../../core/listening/bus.ts'
import type { Heard } from '../../../core/listening/heard.ts'
import { understand } from '../../../core/listening/understand.ts'

const koji = {
  ...{
    build_id: 7,
    name: 'bash',
    version: '5.2.26',
    release: '1.fc41',
    epoch: null,
    attribute: 'state',
    old: 0,
  },
  ...{
    new: 1,
    instance: 'primary',
    owner: 'ann',
    task_id: null,
    request: null,
    url: 'https://koji.example/7',
  },
}
const copr = {
  ...{ build: 9, chroot: 'fedora-rawhide-aarch64', owner: 'ann', copr: 'tools', pkg: 'bash' },
  ...{ version: '5.2-1', status: 1, user: 'bob' },
}
const obs = {
  ...{ project: 'openSUSE:Factory', package: 'bash:mini', repository: 'standard', arch: 'x86_64' },
  ...{ versrel: '5.2-3', bcnt: '4', srcmd5: 'ab' },
}
const hear = (topic: string, body: unknown, naming: Naming = {}): Heard =>
  understand({ topic, id: 'm', sentAt: null, body }, naming)
const kojiTopic = 'org.fedoraproject.prod.buildsys.build.state.change'

describe('a message of a bus', () => {
  it('of a complete build of Koji is a build of a package in rpms, the same however often it is told', () =>
    assert.deepEqual(hear(kojiTopic, koji), {
      kind: 'build',
      source: 'urn:koji:primary',
      id: 'build/7',
      build: {
        package: 'rpms/bash',
        release: 'f41',
        version: '5.2.26-1.fc41',
        origin: 'https://koji.example/7',
      },
      user: 'ann',
      scratch: false,
    }))

  it('of Koji names no architectures: they are the site’s', () => {
    const heard = hear(kojiTopic, koji, { architectures: ['x86_64', 'aarch64'] })
    assert.deepEqual(heard.kind === 'build' && heard.build.architectures, ['x86_64', 'aarch64'])
  })

  it('says what a build is for by the site’s table, then by its target, then by its dist tag', () => {
    const releaseOf = (request: unknown, releases: Record<string, string> = {}): string => {
      const heard = hear(kojiTopic, { ...koji, request }, { releases })
      return heard.kind === 'build' ? heard.build.release : heard.kind
    }
    assert.equal(releaseOf(['git+https://x#1', 'rawhide', {}]), 'rawhide')
    assert.equal(releaseOf(['git+https://x#1', 'f40-candidate', {}]), 'f40')
    assert.equal(releaseOf(['git+https://x#1', 'my-side-tag', {}], { 'my-*': 'mine' }), 'mine')
    assert.equal(releaseOf([]), 'f41')
  })

  it('keeps an epoch', () => {
    const heard = hear(kojiTopic, { ...koji, epoch: 2 })
    assert.equal(heard.kind === 'build' && heard.build.version, '2:5.2.26-1.fc41')
  })

  it('of a chroot of Copr is a build for one release and architecture', () => {
    const heard = hear('org.fedoraproject.prod.copr.build.end', copr, {
      ...{ namespaces: { copr: 'copr' }, projects: ['ann/*'] },
    })
    assert.deepEqual(heard.kind === 'build' ? [heard.build, heard.user, heard.id] : heard, [
      {
        ...{ package: 'copr/bash', release: 'rawhide', version: '5.2-1', architectures: ['aarch64'] },
        subject: { type: 'copr_build', item: '9:fedora-rawhide-aarch64' },
      },
      'bob',
      'build/9/fedora-rawhide-aarch64',
    ])
  })

  it('of Copr is none of a project that the site does not name, whatever it says of chroots', () => {
    const topic = 'org.fedoraproject.prod.copr.build.end'
    const ruleOf = (naming: Naming): string => {
      const heard = hear(topic, copr, naming)
      return heard.kind === 'ignored' ? heard.rule : heard.kind
    }
    assert.equal(ruleOf({ releases: { 'fedora-*': 'rawhide' } }), 'projects')
    assert.equal(ruleOf({ projects: ['bob/*', 'ann/tool'] }), 'projects')
    assert.equal(ruleOf({ releases: { 'ann/tools:fedora-*': 'rawhide' } }), 'build')
  })

  it('of OBS is a build where the site says what its project is for', () => {
    const releases = { 'openSUSE:Factory/standard': 'tumbleweed' }
    const heard = hear('opensuse.obs.package.build_success', obs, { releases })
    assert.deepEqual(heard.kind === 'build' && heard.build, {
      package: 'rpms/bash',
      release: 'tumbleweed',
      version: '5.2-3.4',
      architectures: ['x86_64'],
      subject: { type: 'obs_build', item: 'openSUSE:Factory/standard/x86_64/bash:mini-5.2-3.4' },
    })
  })

  const ignored: [string, string, object][] = [
    ['notComplete', kojiTopic, { ...koji, new: 3 }],
    ['notComplete', kojiTopic, { ...koji, attribute: 'volume_id' }],
    ['otherInstance', kojiTopic, { ...koji, instance: 'riscv' }],
    ['unknownRelease', kojiTopic, { ...koji, release: '1' }],
    ['notComplete', 'org.fedoraproject.prod.copr.build.end', { ...copr, status: 0 }],
    ['projects', 'org.fedoraproject.prod.copr.build.end', copr],
    ['unknownRelease', 'opensuse.obs.package.build_success', obs],
  ]
  for (const [rule, topic, body] of ignored)
    it(`of ${topic} is ignored by ${rule} where it is so`, () => {
      const heard = hear(topic, body)
      assert.equal(heard.kind === 'ignored' ? heard.rule : heard.kind, rule)
    })

  const update = (...nvrs: unknown[]): object => ({ update: { builds: nvrs.map((nvr) => ({ nvr })) } })
  const others: [string, unknown, string[]][] = [
    ['org.fedoraproject.prod.wiki.article.edit', {}, []],
    ['org.example.notbuildsys.build.state.changed', koji, []],
    ['org.fedoraproject.prod.buildsys.tag', { name: 'bash', tag: 'f41' }, ['rpms/bash']],
    ['org.fedoraproject.prod.buildsys.tag', { name: '../bash' }, []],
    ['org.fedoraproject.prod.buildsys.tag', null, []],
    [
      'org.fedoraproject.prod.bodhi.update.status.testing.v1.koji-build-group.build.complete',
      update('bash-5.2-1.fc41', 'python3-x-y-1-2', 'bash-5.2-1.fc40', 'odd', 7),
      ['rpms/bash', 'rpms/python3-x-y'],
    ],
    ['org.fedoraproject.prod.bodhi.update.comment', { update: 'none' }, []],
    ['io.pagure.prod.pagure.git.receive', { repo: { namespace: 'rpms', name: 'bash' } }, ['rpms/bash']],
    ['io.pagure.prod.pagure.git.receive', { repo: [] }, []],
  ]
  for (const [topic, body, subjects] of others)
    it(`of ${topic} is about ${subjects.join(' and ') || 'no package'}, and checks may ask for it`, () =>
      assert.deepEqual(hear(topic, body), { kind: 'other', id: 'm', type: topic, subjects }))

  for (const [what, id, topic] of [
    ['no id', null, 'org.example.x'],
    ['an empty id', '', 'org.example.x'],
    ['an id that no database takes', 'a\0b', 'org.example.x'],
    ['half a character in its id', '\ud800', 'org.example.x'],
    ['a topic that a terminal obeys', '1', 'org.\x1b[2Jx'],
  ] as const)
    it(`with ${what} is malformed, where it announces no build`, () =>
      assert.equal(understand({ topic, id, sentAt: null, body: {} }, {}).kind, 'malformed'))

  const malformed: unknown[] = [
    {},
    { ...koji, build_id: '7' },
    { ...koji, name: '../bash' },
    { ...koji, name: 'x'.repeat(200) },
  ]
  for (const body of malformed)
    it(`that is not what its topic says is malformed: ${JSON.stringify(body).slice(0, 60)}`, () =>
      assert.equal(hear(kojiTopic, body).kind, 'malformed'))
})
