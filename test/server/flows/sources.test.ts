import assert from 'node:assert/strict'
import { mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { folderOf } from '../../../core/formats/tmt/sources.ts'
import { parsePackage } from '../../../core/names.ts'
import { registerLacking, registerPush } from '../../../server/flows/register-push.ts'
import { openClone, type Clone } from '../../support/clone.ts'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import { openForge, type Forge } from '../../support/forge.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { settingsFile } from '../../support/settings.ts'

const name = parsePackage('deb/hello')

describe('checks that take tests from another repository', () => {
  let folder: TemporaryFolder
  let forge: Forge
  let server: TestServer
  let clone: Clone

  beforeEach(async () => {
    folder = await temporaryFolder()
    forge = await openForge()
    const { origin } = new URL(forge.url)
    const settings = await settingsFile(folder.path, { sources: { from: [`${origin}/`] } })
    server = await startTestServer({ settingsFile: settings })
    clone = await openClone(server)
  })
  afterEach(async () => {
    await clone[Symbol.asyncDispose]()
    await server.close()
    await forge[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  const project = (url: string, more = ''): Record<string, string> => ({
    '.fmf/version': '1\n',
    'plan.fmf': `discover: {how: fmf, url: '${url}'${more}}\nexecute: {how: tmt}\n`,
  })
  const theirs = (test: string): Record<string, string> => ({
    '.fmf/version': '1\n',
    [`${test}.fmf`]: `test: ./${test}.sh\n`,
    [`${test}.sh`]: '#!/bin/sh\n',
  })
  const push = async (files: Record<string, string>): Promise<{ commit: string; said: string }> => {
    const commit = await clone.commit(files)
    const { code, said } = await clone.push()
    assert.equal(code, 0, said)
    return { commit, said }
  }
  const summaries = async (): Promise<(string | null)[]> => {
    const { id } = await server.services.stores.packages.get(name)
    const current = await server.services.stores.registrations.current(id)
    return current.flatMap(({ checks }) => checks.map(({ summary }) => summary))
  }
  /** Ids of what is current: a new one tells of a change. */
  const registrationsOf = async (): Promise<number[]> => {
    const { id } = await server.services.stores.packages.get(name)
    return (await server.services.stores.registrations.current(id)).map((one) => one.id)
  }
  const tree = async (commit: string): Promise<string> =>
    (await buffer(server.services.repositories.treeTar(name, commit))).toString('latin1')

  it('are registered with them, and get what was there at the push into their tree', async () => {
    await forge.push(theirs('good'))
    const { commit, said } = await push(project(forge.url))
    assert.match(said, /check tmt\.plan is looked into once this is in: .*hello\.git is not fetched yet/)
    assert.match(said, /main at [0-9a-f]{10}: 1 check of tmt/)
    assert.doesNotMatch(said, /missing/)
    assert.deepEqual(await summaries(), ['/plan (1 test)'])
    const path = `${folderOf({ url: forge.url, ref: null })}/good.sh`
    assert.ok((await tree(commit)).includes(path))
    await forge.push(theirs('later'))
    await registerPush(server.services, name, null)
    assert.doesNotMatch(await tree(commit), /later\.sh/)
    // A push looks again.
    const next = await push({ 'README.md': 'more\n' })
    assert.deepEqual(await summaries(), ['/plan (2 tests)'])
    assert.match(await tree(next.commit), /later\.sh/)
  })

  it('may be playbooks, whose repositories have no metadata', async () => {
    await forge.push({ 'smoke/runtest.sh': '#!/bin/sh\n' })
    const role = `{role: standard-test-basic, tags: [classic], repositories: [{repo: '${forge.url}', dest: far}], tests: [far/smoke]}`
    const { commit, said } = await push({ 'tests/tests.yml': `- hosts: localhost\n  roles: [${role}]\n` })
    assert.match(said, /check sti\.tests is looked into once this is in: it is in another repository/)
    assert.deepEqual(await summaries(), ['tests/tests.yml (1 test)'])
    const folder = folderOf({ url: forge.url, ref: null })
    assert.ok((await tree(commit)).includes(`${folder}/smoke/runtest.sh`))
  })

  it('may be playbooks that select them by their metadata, there or in the repository itself', async () => {
    const quick = 'test: ./runtest.sh\n/quick: {tier: 1}\n/slow: {tier: 2}\n'
    await forge.push({ '.fmf/version': '1\n', 'main.fmf': quick })
    const playbook = (selection: string): string =>
      `- hosts: localhost\n  roles: [{role: standard-test-beakerlib, tags: [classic], ${selection}}]\n`
    const { said } = await push({
      'tests/tests.yml': playbook(`repositories: [{repo: '${forge.url}', dest: far, fmf_filter: 'tier: 1'}]`),
      'tests/tests_own.yml': playbook("fmf_filter: 'tier: 2'"),
      'tests/.fmf/version': '1\n',
      'tests/main.fmf': `${quick}/slower: {tier: 2}\n`,
    })
    assert.match(said, /check sti\.tests is looked into once this is in: it takes tests from elsewhere/)
    assert.doesNotMatch(said, /skipped/)
    assert.deepEqual((await summaries()).sort(), [
      'tests/tests.yml (1 test)',
      'tests/tests_own.yml (2 tests)',
    ])
  })

  it('show nobody what is kept for them, and let nobody change it', async () => {
    await forge.push(theirs('good'))
    await push(project(forge.url))
    const seen = (await clone.git('ls-remote', 'origin')).said
    assert.match(seen, /refs\/heads\/main/)
    assert.doesNotMatch(seen, /refs\/assay/)
    const { code, said } = await clone.git('push', 'origin', 'HEAD:refs/assay/whole/x')
    assert.equal(code, 1)
    assert.match(said, /hidden ref/)
  })

  it('take a branch where one is named', async () => {
    await forge.push(theirs('first'), 'old')
    await forge.push(theirs('second'))
    const { commit } = await push(project(forge.url, ', ref: old'))
    assert.deepEqual(await summaries(), ['/plan (1 test)'])
    assert.doesNotMatch(await tree(commit), /second\.sh/)
  })

  it('wait for a repository that is away, without holding up others', async () => {
    await forge.push(theirs('good'))
    forge.answer = (response) => void response.writeHead(500).end()
    const own = { 'checks.yaml': 'checks: {smoke: {run: "true"}}\n' }
    const { said } = await push({ ...project(forge.url), ...own })
    assert.match(said, /missing for now, and tried again: http\S+hello\.git: .* 500/)
    assert.deepEqual(await summaries(), [null])
    assert.deepEqual(await server.services.repositories.lacking.all(), [name])
    const page = await (await fetch(`${server.url}/packages/deb/hello`)).text()
    assert.match(page, /misses something for now, which is tried again: <bdi>http\S+hello\.git: .* 500/)
    await registerPush(server.services, name, null)
    assert.deepEqual(await registrationsOf(), [1])
    await registerLacking(server.services, name)
    assert.deepEqual(await registrationsOf(), [1])
    forge.answer = null
    await registerLacking(server.services, name)
    assert.deepEqual(await summaries(), [null, '/plan (1 test)'])
    assert.deepEqual(await server.services.repositories.lacking.all(), [])
  })

  it('keep what they have while something else is missing', async () => {
    await forge.push(theirs('first'))
    const discover = `discover: [{how: fmf, url: '${forge.url}'}, {how: fmf, url: '${forge.url}', ref: late}]`
    const { commit, said } = await push({
      ...project(forge.url),
      'plan.fmf': `${discover}\nexecute: {how: tmt}\n`,
    })
    assert.match(said, /missing for now, .*remote ref/)
    assert.deepEqual(await summaries(), ['/plan (1 test)'])
    await forge.push(theirs('second'), 'late')
    await registerLacking(server.services, name)
    assert.deepEqual(await summaries(), ['/plan (3 tests)'])
    const all = await tree(commit)
    for (const ref of [null, 'late']) assert.ok(all.includes(`${folderOf({ url: forge.url, ref })}/first.sh`))
  })

  it('go on without what nobody should have: another place, too much, or what has no room', async () => {
    forge.answer = (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    assert.match((await push(project(forge.url))).said, /missing for now, .*hello\.git: .*302/)
    forge.answer = null
    await forge.push(theirs('good'))
    await forge.pushMany(20_001, 'main', 'many')
    assert.match((await push(project(forge.url, ', ref: many'))).said, /the tree of the check is too large/)
    await forge.push(theirs('good'))
    await clone.git('rm', '-r', '--quiet', '.')
    const own = `${folderOf({ url: forge.url, ref: null })}/good.sh`
    const { commit, said } = await push({ ...project(forge.url), [own]: 'of its own\n' })
    assert.match(said, /it cannot be joined with the tree/)
    assert.ok((await tree(commit)).includes('of its own'))
    assert.deepEqual(await summaries(), [])
  })

  it('want what others want, so many in a row, and more of it the next time', async () => {
    for (let at = 1; at <= 5; at++) {
      const next =
        at < 5 ? `require: {url: '${forge.url}', ref: l${at + 1}, name: /lib, nick: l${at + 1}}\n` : ''
      await forge.push({ '.fmf/version': '1\n', 'lib.fmf': `summary: ${at}\n${next}` }, `l${at}`)
    }
    const { said } = await push({
      '.fmf/version': '1\n',
      't.fmf': `test: 'true'\nrequire: {url: '${forge.url}', ref: l1, name: /lib, nick: l1}\n`,
    })
    assert.match(said, /missing for now, .*hello\.git: only others from elsewhere want it, 4 in a row/)
    assert.deepEqual(await summaries(), [])
    await registerLacking(server.services, name)
    assert.deepEqual(await summaries(), ['/default/plan (1 test)'])
  })

  it('leave nothing of what a server fetched that was killed', async () => {
    const left = join(server.services.config.data, 'repos', '.assay', 'sources', 'left')
    await mkdir(left, { recursive: true })
    await forge.push(theirs('good'))
    await push(project(forge.url))
    assert.deepEqual(await readdir(dirname(left)), [])
  })

  it('get nothing from where the site does not fetch from, and say so', async () => {
    const { said } = await push(project('https://example.org/tests'))
    assert.match(said, /https:\/\/example\.org\/tests is none of the addresses that this site fetches from/)
    assert.match(said, /no checks/)
  })
})
