/** Pushes that want to break something: each is answered in words, and the repository is as good as before. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { parsePackage } from '../../core/names.ts'
import { deltaChain } from '../support/delta-chain.ts'
import { manifest, openClone, runGit, type Clone } from '../support/clone.ts'
import { temporaryFolder } from '../support/folder.ts'
import { maintainer } from '../support/maintainer.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { settingsFile } from '../support/settings.ts'
import { openSmallDisk } from '../support/small-disk.ts'

const MiB = 1024 ** 2

describe('a hostile push', () => {
  const { now, taken, refused } = maintainer('deb/attacked')
  let server: TestServer
  let clone: Clone
  beforeEach(() => ({ server, clone } = now()))

  const gitdir = (): string => server.services.repositories.path(nameOf(clone))
  /** What the real git thinks of the repository. */
  const isSound = async (): Promise<boolean> =>
    (await runGit(gitdir(), undefined, 'fsck', '--strict', '--no-dangling')).code === 0
  const write = (type: string, content: string | Uint8Array): string =>
    execFileSync('git', ['-C', clone.path, 'hash-object', '-t', type, '--literally', '-w', '--stdin'], {
      input: content,
    })
      .toString()
      .trim()
  const treeOf = (...entries: [mode: string, name: string, oid: string][]): string =>
    write(
      'tree',
      Buffer.concat(
        entries.flatMap(([mode, name, oid]) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]),
      ),
    )
  const commitTree = async (tree: string): Promise<void> => {
    const commit = (await clone.git('commit-tree', tree, '-m', 'odd')).said.trim()
    await clone.git('update-ref', 'refs/heads/main', commit)
  }

  it('of objects that no git writes is refused: trees that lead elsewhere, or hold a name twice', async () => {
    const blob = write('blob', 'x')
    const trees: [RegExp, [string, string, string][]][] = [
      [/hasDotdot|contains '\.\.'/, [['100644', '..', blob]]],
      [/hasDotgit|contains '\.git'/, [['100644', '.GIT', blob]]],
      [/fullPathname|contains full pathnames/, [['100644', 'a/b', blob]]],
      [
        /duplicateEntries|duplicate file entries/,
        [
          ['100644', 'a', blob],
          ['100644', 'a', blob],
        ],
      ],
    ]
    for (const [reason, entries] of trees) {
      await commitTree(treeOf(...entries))
      const { code, said } = await runGit(
        clone.path,
        clone.token,
        '-c',
        'push.default=nothing',
        ...['push', 'origin', '+refs/heads/main:refs/heads/main'],
      )
      assert.equal(code, 1, said)
      assert.match(said, reason)
    }
    assert.equal((await clone.git('ls-remote', 'origin')).said, '')
    assert.ok(await isSound())
  })

  it('names programs in .gitattributes that nobody runs, and leaves nothing out of the machine by it', async () => {
    await using folder = await temporaryFolder()
    const mark = join(folder.path, 'ran')
    await clone.commit({
      'checks.yaml': manifest(),
      '.gitattributes': '* filter=evil ident export-subst diff=evil\nhidden export-ignore\n',
      '.gitconfig': `[filter "evil"]\n\tsmudge = touch ${mark}\n\tclean = touch ${mark}\n[diff "evil"]\n\ttextconv = touch ${mark}\n`,
      hidden: '$Id$ $Format:%H$',
    })
    await taken(/1 check\b/)
    const { said } = await clone.git('rev-parse', 'HEAD')
    const tar = await buffer(server.services.repositories.treeTar(nameOf(clone), said.trim()))
    assert.match(tar.toString('latin1'), /hidden\0[^]*\$Id\$ \$Format:%H\$/)
    assert.equal(existsSync(mark), false)
  })

  it('has names for shells, terminals and options, which are told in harmless words', async () => {
    const odd = ['$(touch ran)', '`id`', '-rf', '\u001b[31mred', 'two\nlines', "it's", '"', 'é'.repeat(100)]
    await mkdir(join(clone.path, 'sub'), { recursive: true })
    for (const name of odd) await writeFile(join(clone.path, 'sub', name), '')
    execFileSync('ln', ['-s', '/etc/passwd', join(clone.path, 'sub', '\u001b[2Jlink')])
    await clone.commit({ 'checks.yaml': manifest() })
    const branches = ['$(id)', "a'b", 'a;b', 'ü', '%2e%2e'].map((name) => `refs/heads/${name}`)
    const { code, said } = await clone.git('push', 'origin', ...branches.map((name) => `HEAD:${name}`))
    assert.equal(code, 0, said)
    assert.ok(!said.includes('\u001b'), said)
    assert.match(said, /a link that leads out of the tree/)
    assert.equal((await clone.git('ls-remote', 'origin', 'refs/heads/*')).said.trim().split('\n').length, 5)
    await clone.commit({ '.fmf/version': '1\n', 'sub/\u001b[31mred.fmf': 'test: [\n' })
    const mistaken = await clone.push()
    assert.equal(mistaken.code, 1, mistaken.said)
    assert.ok(!mistaken.said.includes('\u001b'), mistaken.said)
    assert.match(mistaken.said, /red\.fmf has a mistake/)
    assert.ok(await isSound())
  })

  it('wants refs that git would believe something from, or names that it would take for options', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    const head = (await clone.git('rev-parse', 'HEAD')).said.trim()
    for (const ref of [`refs/replace/${head}`, 'refs/notes/commits', 'refs/assay/whole', 'refs/stash']) {
      const { code, said } = await clone.git('push', 'origin', `HEAD:${ref}`)
      assert.equal(code, 1, said)
      assert.match(said, /is neither a branch nor a tag|deny updating a hidden ref/)
    }
    for (const ref of ['refs/heads/-x', 'refs/heads/HEAD', 'refs/tags/-x', 'refs/tags/HEAD']) {
      const { code, said } = await clone.git('push', 'origin', `HEAD:${ref}`)
      assert.equal(code, 1, said)
      assert.match(said, /has a name that git would take for something else/)
    }
    assert.equal((await clone.git('ls-remote', 'origin')).said, '')
  })

  it('loses no commit of a release, whatever replaces what in the repository', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    const kept = await clone.commit({ more: '' })
    await taken()
    await clone.git('checkout', '--quiet', '--orphan', 'other')
    const forced = await clone.commit({ 'checks.yaml': manifest(), other: '' })
    assert.equal((await clone.push('topic')).code, 0)
    // As a push to refs/replace/ would have left it, when it was still taken.
    await runGit(gitdir(), undefined, 'replace', '--graft', forced, kept)
    const { code, said } = await clone.git('push', '--force', 'origin', 'HEAD:refs/heads/main')
    assert.equal(code, 1, said)
    assert.match(said, /main would lose commits that are on the server/)
  })

  it('has tags of files, or of tags: tags are of commits, found out before anything is inflated', async () => {
    const commit = await clone.commit({ 'checks.yaml': manifest() })
    const zeros = write('blob', Buffer.alloc(60 * MiB))
    const tag = (object: string, type: string, message = ''): string =>
      write(
        'tag',
        `object ${object}\ntype ${type}\ntag x\ntagger Ann <ann@example.org> 1 +0000\n\n${message}\n`,
      )
    const pushTag = async (oid: string) => {
      await clone.git('update-ref', 'refs/tags/x', oid)
      return clone.git('push', '--force', 'origin', 'refs/tags/x')
    }
    for (const [oid, why] of [
      [zeros, /refs\/tags\/x leads to a blob/],
      [tag(zeros, 'blob'), /refs\/tags\/x is a tag of a blob/],
      [tag(tag(commit, 'commit'), 'tag'), /refs\/tags\/x is a tag of a tag/],
      [tag(commit, 'commit', 'x'.repeat(70_000)), /is a tag of more than 64 KiB/],
    ] as const) {
      const { code, said } = await pushTag(oid)
      assert.equal(code, 1, said)
      assert.match(said, why)
    }
    assert.equal((await pushTag(tag(commit, 'commit'))).code, 0)
    assert.ok(await isSound())
  })

  it('is a few kilobytes that git would need gigabytes to unpack: git ends, and the next push is taken', async () => {
    const { pack, last } = deltaChain(40, 40 * MiB)
    assert.ok(pack.length < 100_000)
    const line = `${'0'.repeat(40)} ${last} refs/tags/bomb\0report-status\n`
    const told = (line.length + 4).toString(16).padStart(4, '0') + line + '0000'
    const answer = await fetch(`${clone.remote}/git-receive-pack`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-git-receive-pack-request',
        authorization: `Basic ${Buffer.from(`ann:${clone.token}`).toString('base64')}`,
      },
      body: new Uint8Array(Buffer.concat([Buffer.from(told), pack])),
    })
    assert.match(await answer.text(), /unpack (unpack-objects abnormal exit|index-pack)/)
    await clone.commit({ 'checks.yaml': manifest() })
    await taken()
    assert.ok(await isSound())
  })

  it('has files that clash where case or Unicode is not told apart, which is said', async () => {
    await clone.commit({
      'checks.yaml': manifest(),
      ...{ README: 'a', readme: 'b', 'caf\u00e9': 'c', 'cafe\u0301': 'd', other: 'e' },
    })
    await taken(/not everywhere two files, .*: caf\S+ and caf\S+, README and readme\n/)
  })

  it('is small, and more than a disk holds once it is unpacked', async () => {
    const zeros = write('blob', Buffer.alloc(45 * MiB))
    const entries = Array.from({ length: 12 }, (_, at): [string, string, string] => [
      ...(['100644', `zeros-${String(at).padStart(2, '0')}`] as const),
      zeros,
    ])
    await commitTree(treeOf(...entries))
    await refused(/the files of its tree have more than 512 MiB/)
    assert.ok(await isSound())
  })

  it('comes from many at the same time to one branch: one wins, the others are told to fetch first', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    await taken()
    const clones = await Promise.all(Array.from({ length: 6 }, () => openClone(server, fullNameOf(clone))))
    try {
      for (const [at, one] of clones.entries()) {
        await one.git('pull', '--quiet', 'origin', 'main')
        await one.commit({ [`file-${at}`]: String(at) })
      }
      const all = await Promise.all(clones.map((one) => one.push()))
      const won = all.flatMap(({ code }, at) => (code === 0 ? [at] : []))
      assert.equal(won.length, 1, all.map(({ said }) => said).join('\n'))
      for (const [at, { said }] of all.entries())
        if (!won.includes(at))
          assert.match(said, /\[(remote )?rejected\]|failed to push|cannot lock ref|fetch first/)
      const tip = (await clones[won[0] ?? 0]!.git('rev-parse', 'HEAD')).said.trim()
      assert.match((await clone.git('ls-remote', 'origin', 'refs/heads/main')).said, new RegExp(`^${tip}`))
      const { stores } = server.services
      const { id } = await stores.packages.get(nameOf(clone))
      assert.equal((await stores.registrations.heads(id)).get('main'), tip)
      assert.ok(await isSound())
    } finally {
      for (const one of clones) await one[Symbol.asyncDispose]()
    }
  })
})

describe('pushes', () => {
  it('of one user are bounded within a minute, whatever the repository, and those of others go on', async () => {
    await using folder = await temporaryFolder()
    const file = await settingsFile(folder.path, { pushes: { perMinute: 2 } })
    await using server = await startTestServer({ settingsFile: file })
    await using one = await openClone(server, 'deb/one')
    await using two = await openClone(server, 'deb/two')
    await one.commit({ 'checks.yaml': manifest(), noise: randomBytes(2 * MiB) })
    await two.commit({ 'checks.yaml': manifest() })
    // The pack of the first is long enough for git to ask whether it may send it.
    for (const clone of [one, two]) assert.equal((await clone.push()).code, 0)
    const { code, said } = await two.push('bookworm')
    assert.notEqual(code, 0)
    assert.match(said, /More than 2 pushes of ann came within a minute: try again in \d+ seconds/)
    assert.equal((await two.git('fetch', 'origin')).code, 0)
    const { stores } = server.services
    const { id } = await stores.packages.get(parsePackage('deb/two'))
    await stores.packages.addMaintainer(id, 'bob')
    const bob = await server.token('bob', ['push'])
    assert.equal((await runGit(two.path, bob, 'push', 'origin', 'HEAD:refs/heads/bookworm')).code, 0)
  })

  it('onto a full disk are refused in words, and taken when there is room again', async () => {
    await using disk = await openSmallDisk(96)
    await using server = await startTestServer({ data: disk.path })
    await using clone = await openClone(server)
    await clone.commit({ 'checks.yaml': manifest() })
    assert.equal((await clone.push()).code, 0)
    const before = (await clone.git('ls-remote', 'origin')).said
    await clone.commit({ noise: randomBytes(8 * MiB) })
    for (const left of [4 * MiB, 0]) {
      await disk.fill(left)
      const { code, said } = await clone.push()
      assert.equal(code, 1, said)
      assert.match(said, /No space left on device|disk of this server is full/)
      assert.equal((await clone.git('ls-remote', 'origin')).said, before)
      await disk.empty()
    }
    const { code, said } = await clone.push()
    assert.equal(code, 0, said)
    assert.match(said, /Registered for deb\/hello/)
    const path = server.services.repositories.path(nameOf(clone))
    assert.equal((await runGit(path, undefined, 'fsck', '--strict')).code, 0)
  })
})

const fullNameOf = ({ remote }: Clone): string => /\/git\/(.*)\.git$/.exec(remote)?.[1] ?? ''
const nameOf = (clone: Clone) => parsePackage(fullNameOf(clone))
