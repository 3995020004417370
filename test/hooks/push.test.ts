import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../../core/formats/limits.ts'
import { parsePackage } from '../../core/names.ts'
import { manifest, type Clone } from '../support/clone.ts'
import { maintainer } from '../support/maintainer.ts'
import type { TestServer } from '../support/server.ts'

/** Nine times nine times nine … values in nine lines. */
const bomb = Array.from(
  'abcdefgh',
  (name, at) =>
    `${name}: &${name} [${Array(9)
      .fill(at === 0 ? 'x' : `*${'abcdefgh'.charAt(at - 1)}`)
      .join(',')}]\n`,
).join('')

describe('pushing checks', () => {
  const pusher = maintainer('deb/pushed')
  const { taken, refused, branches } = pusher
  let server: TestServer
  let clone: Clone
  beforeEach(() => ({ server, clone } = pusher.now()))

  it('answers with what was registered, when it runs and where its page is', async () => {
    await clone.commit({
      'checks.yaml':
        'checks:\n  smoke: {summary: greets, run: ./s.sh, arch: [amd64]}\n  b: {run: x, image: debian-12}\n',
    })
    const { code, said } = await clone.push('main', 'bookworm')
    assert.equal(code, 0, said)
    assert.match(said, /Registered for deb\/pushed-\d+:/)
    assert.match(
      said,
      /main at [0-9a-f]{10}: 2 checks, run by the next build of \S+ for release main and for releases without/,
    )
    assert.match(
      said,
      /bookworm at [0-9a-f]{10}: 2 checks, run by the next build of \S+ for release bookworm/,
    )
    assert.match(said, / smoke {2}greets \(on x86_64\)\n/)
    assert.match(said, / b {6}\(in debian-12\)\n/)
    assert.match(said, new RegExp(`See ${server.url}/packages/deb/pushed-`))
  })

  it('is coloured by git itself, where the terminal allows', async () => {
    const push = async (): Promise<string> => {
      const { said } = await clone.git('-c', 'color.remote=always', 'push', 'origin', 'HEAD:refs/heads/main')
      return said.replaceAll('\u001b', 'ESC')
    }
    await clone.commit({ 'checks.yaml': 'checks: {a: {rum: x}}\n' })
    assert.match(await push(), /ESC\[1;31merrorESC\[m: main: [^]*ESC\[33mhintESC\[m: write/)
    await clone.commit({ 'checks.yaml': manifest(), 'debian/tests/control': 'Tests: b\nRestrictions: odd\n' })
    const said = await push()
    assert.match(said, /ESC\[1;33mwarningESC\[m: main: check b is skipped/)
    assert.match(said, /ESC\[1;32msuccessESC\[m: Registered for/)
  })

  it('says which events a check waits for that no build calls for', async () => {
    await clone.commit({
      'checks.yaml': "checks:\n  tagged: {run: x, on: {type: '*.tag', subject: rpms/bash}}\n",
    })
    await taken(/ tagged {2}\(when an event has type \*\.tag and subject rpms\/bash\)\n/)
  })

  it('names every mistake, with its line, a caret and what to write instead', async () => {
    await clone.commit({ 'checks.yaml': 'checks:\n  smoke:\n    rum: x\n    timeout: 300\n' })
    const said = await refused(
      /main: checks\.yaml has 3 mistakes/,
      /checks\.yaml:2:3: check "smoke" has no run/,
    )
    assert.ok(
      said.includes(
        'checks.yaml:3:5: unknown key "rum"\n  3 |     rum: x\n    |     ^\n  hint: write run:\n',
      ),
      said,
    )
    assert.match(said, /checks\.yaml:4:14: timeout cannot be 300\n.*\n.*\n {2}hint: write a time such as 90s/)
  })

  it('refuses a check that asks for more than the site gives, and skips plans that do', async () => {
    server.services.settings.checks = { memoryMiB: 4096, timeoutMinutes: 60 }
    try {
      await clone.commit({
        'checks.yaml': 'checks:\n  smoke:\n    run: x\n    memory: 64G\n    cpus: 64\n    timeout: 24h\n',
      })
      await refused(
        /checks\.yaml:4:13: memory cannot be 64G\n.*\n.*\n {2}hint: write a size from 128M to 4G, the most that this site gives/,
        /checks\.yaml:5:11: cpus cannot be 64\n.*\n.*\n {2}hint: write a whole number from 1 to 16/,
        /checks\.yaml:6:14: timeout cannot be 24h\n.*\n.*\n {2}hint: write a time of at most 1h/,
      )
      await clone.commit({
        'checks.yaml': manifest(),
        '.fmf/version': '1\n',
        'plans.fmf': 'discover: {how: fmf}\nexecute: {how: tmt}\nprovision: {how: virtual, memory: 6 GiB}\n',
        'tests.fmf': 'test: ./t.sh\n',
      })
      await taken(
        /check \S+ is skipped: it asks for 6G of memory \(at most 4G of memory\): ask for less/,
        /: 1 check, run by/,
      )
    } finally {
      delete server.services.settings.checks
    }
  })

  const bad: Record<string, [string | Uint8Array, RegExp]> = {
    'no YAML': ['checks: [unclosed', /is not YAML/],
    'unknown keys': ['checks: {a: {run: x}}\ncolour: red\n', /unknown key "colour"/],
    'wrong types': ['checks: {a: {run: 5}}\n', /run cannot be 5/],
    '10 000 checks': [
      `checks:\n${Array.from({ length: 10_000 }, (_, at) => `  c${at}: {run: x}\n`).join('')}`,
      /10000 checks are too many/,
    ],
    'an alias bomb': [bomb, /holds more than 100000 values/],
    'no text': [Buffer.from([0x63, 0xff, 0x00]), /is not text/],
    'a megabyte and more': ['#'.repeat(limits.manifestBytes + 1), /has 1048577 bytes, more than 1048576/],
    'checks for other packages': ['checks: {a: {run: x, for: [deb/other]}}', /cannot be for "deb\/other"/],
  }
  for (const [what, [content, reason]] of Object.entries(bad))
    it(`refuses a checks.yaml that is ${what}`, async () => {
      await clone.commit({ 'checks.yaml': content })
      await refused(reason)
    })

  it('refuses a symbolic link where checks.yaml is due', async () => {
    await writeFile(join(clone.path, 'real.yaml'), manifest())
    await symlink('real.yaml', join(clone.path, 'checks.yaml'))
    await clone.commit({})
    await refused(/checks\.yaml:1:1: is a symbolic link\n {2}hint: commit a file of this name instead/)
  })

  it('refuses a folder where checks.yaml is due', async () => {
    await clone.commit({ 'checks.yaml/a': 'x' })
    await refused(/is a folder/)
  })

  it('refuses a file of 100 MB, also one that a later commit removed', async () => {
    await clone.commit({ 'checks.yaml': manifest(), 'images/big.img': Buffer.alloc(100 * 1024 ** 2) })
    await refused(/^error: images\/big\.img has more than 50 MiB\. Keep it elsewhere/m)
    await rm(join(clone.path, 'images/big.img'))
    await clone.commit({})
    await refused(/^error: images\/big\.img has more than 50 MiB/m)
  })

  it('refuses a tree without end that a small pack names', async () => {
    const blob = (await clone.git('hash-object', '-w', '/dev/null')).said.trim()
    const mktree = (entries: string): string =>
      execFileSync('git', ['mktree'], { cwd: clone.path, input: entries }).toString().trim()
    let tree = mktree(`100644 blob ${blob}\tf\n`)
    for (let level = 0; level < 12; level++)
      tree = mktree(Array.from({ length: 10 }, (_, at) => `040000 tree ${tree}\td${at}\n`).join(''))
    const commit = (await clone.git('commit-tree', tree, '-m', 'bomb')).said.trim()
    await clone.git('reset', '--soft', commit)
    await refused(/main: its tree has more than 20000 files and folders/)
  })

  it('takes a branch without checks.yaml and says that nothing is registered', async () => {
    await clone.commit({ 'tests/smoke.yml': 'x' })
    await taken(/main: there is no checks\.yaml, no DEP-8, no tmt and no STI: nothing is registered/)
  })

  it('says which links and submodules no machine will see', async () => {
    await symlink('/etc/passwd', join(clone.path, 'out'))
    await symlink('checks.yaml', join(clone.path, 'in'))
    await clone.commit({ 'checks.yaml': manifest() })
    await taken(/left out in the machine: out \(a link that leads out of the tree\)\n/)
  })

  it('keeps tags and says that nothing runs from them', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    await clone.push()
    await clone.git('tag', 'v1')
    const { code, said } = await clone.git('push', 'origin', 'v1')
    assert.equal(code, 0, said)
    assert.match(said, /kept, and nothing runs from it, because checks come from branches: refs\/tags\/v1\n/)
  })

  /** Lets pushers of the package do what `allows` says. */
  const allow = async (allows: { force: boolean; deletion: boolean }): Promise<void> => {
    const { packages } = server.services.stores
    const name = new URL(clone.remote).pathname.replace('/git/', '').replace('.git', '')
    await packages.allow((await packages.get(parsePackage(name))).id, allows)
  }

  it('keeps branches that releases run from, unless the package allows their deletion', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    await clone.push('main', 'bookworm', 'ann/try')
    const kept = await clone.git('push', 'origin', ':bookworm', ':main')
    assert.equal(kept.code, 1, kept.said)
    assert.match(
      kept.said,
      /bookworm cannot be deleted, .* An admin can allow it: `assay package change deb\/pushed-\d+ --delete-branches yes`/,
    )
    assert.match(kept.said, /main cannot be deleted/)
    assert.match(await branches(), /bookworm/)
    assert.equal((await clone.git('push', 'origin', ':ann/try')).code, 0, 'no release is called so')
    await allow({ force: false, deletion: true })
    const { code, said } = await clone.git('push', 'origin', ':bookworm')
    assert.equal(code, 0, said)
    assert.match(said, /bookworm: gone, nothing runs from it any more/)
    assert.doesNotMatch(await branches(), /bookworm/)
  })

  it('keeps what a release branch holds from a forced push, unless the package allows it', async () => {
    await clone.commit({ 'checks.yaml': manifest('one') })
    await clone.push('main', 'ann/try')
    await clone.git('commit', '--quiet', '--amend', '-m', 'Another')
    const force = (...to: string[]) =>
      clone.git('push', '--force', 'origin', ...to.map((branch) => `HEAD:refs/heads/${branch}`))
    const before = await branches()
    const kept = await force('main')
    assert.equal(kept.code, 1, kept.said)
    assert.match(kept.said, /main would lose commits that are on the server, .* --force-push yes`/)
    assert.equal(await branches(), before)
    assert.equal((await force('ann/try')).code, 0, 'no release is called so')
    await allow({ force: true, deletion: false })
    const { code, said } = await force('main')
    assert.equal(code, 0, said)
  })

  it('bounds how many branches a repository has, and goes on with those that are there', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    await clone.push(...Array.from({ length: limits.branches }, (_, at) => `r${at}`))
    const over = await clone.push('one-more')
    assert.equal(over.code, 1)
    assert.match(over.said, /would have 501 branches, more than 500: delete some that no release needs/)
    await clone.commit({ 'checks.yaml': manifest('next') })
    assert.equal((await clone.push('r7')).code, 0)
  })

  it('judges a push of hundreds of branches once, and refuses thousands', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `r${at}`)
    const many = await clone.push(...names(limits.branches))
    assert.equal(many.code, 0, many.said)
    assert.match(many.said, /and 480 more branches/)
    const thousands = await clone.push(...names(limits.branches + 1).map((name) => `${name}x`))
    assert.equal(thousands.code, 1)
    assert.match(thousands.said, /More than 500 branches in one push: push fewer at a time/)
  })

  it('fails closed: a hook that falls over keeps the push out and says so', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    await server.services.repositories.environment()
    const hook = join(server.services.config.data, 'repos/.assay/hooks/pre-receive')
    const whole = await readFile(hook, 'utf8')
    await writeFile(hook, whole.replace('pre-receive.js', 'missing.js'))
    const { code, said } = await clone.push()
    await writeFile(hook, whole)
    assert.equal(code, 1)
    assert.match(said, /This push could not be judged \(status 1\), so nothing of it was taken/)
    await taken(/Registered/)
  })
})
