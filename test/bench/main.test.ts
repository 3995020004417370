import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../support/folder.ts'

const bench = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const path = fileURLToPath(new URL('../../bench/main.js', import.meta.url))
    execFile(process.execPath, [path, ...args], (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    )
  })

describe('a bench', () => {
  it('of an unknown name is wrong usage, answered with the known ones', async () => {
    for (const args of [[], ['nope'], ['__proto__'], ['push', 'more']]) {
      const { code, err } = await bench(...args)
      assert.equal(code, 2)
      assert.match(err, /^Usage: npm run bench -- NAME \[--json\]/)
      assert.match(err, /^ {2}push {2}a small push/m)
    }
  })

  it('of formats tells what of a collection is read, left out and refused, and why', async () => {
    await using folder = await temporaryFolder()
    const files = {
      'dep8/hello.control': 'Tests: smoke\n\nTests: built\nRestrictions: needs-tomorrow\n',
      'tmt/hello/main.fmf': 'test: ./run.sh\n/a: {}\n/b: {enabled: false}\n',
      'tmt/broken/main.fmf': 'test: [\n',
      'sti/hello/tests/tests.yml': '- hosts: localhost\n  tasks: [{command: ls}]\n',
      'gating/hello.yaml': '--- !Policy\ndecision_context: a\nrules: []\n--- !Policy\nrules: []\n',
    }
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(folder.path, path, '..'), { recursive: true })
      await writeFile(join(folder.path, path), text)
    }
    const { code, out, err } = await bench('formats', '--corpus', folder.path)
    assert.equal(code, 0, err)
    assert.match(out, /\| DEP-8 \| 1 \| 1 \| 1 \| 1 \|/)
    assert.match(out, /\| tmt\/fmf \| 2 \| 1 \| 1 \| 1 \|/)
    assert.match(out, /\| STI \| 1 \| 1 \| 1 \| 0 \|/)
    assert.match(out, /\| STI \| said \| 1 \| it has steps of its own/)
    assert.match(out, /\| gating \| 1 \| 0 \| 0 \| 0 \|/)
    assert.match(out, /\| gating \| refused \| 1 \| holds a policy that says for which decision/)
    assert.match(out, /\| tmt\/fmf \| refused \| \d \| is not YAML/)
    assert.equal((await bench('formats')).code, 2)
    assert.match((await bench('formats', '--corpus', '/nowhere')).err, /^bench: there is no dep8/)
  })
})
