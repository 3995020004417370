import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const bench = (...args: string[]): Promise<{ code: number; err: string }> =>
  new Promise((resolve) => {
    const path = fileURLToPath(new URL('../../bench/main.js', import.meta.url))
    execFile(process.execPath, [path, ...args], (error, _, err) =>
      resolve({ code: Number(error?.code ?? 0), err }),
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
})
