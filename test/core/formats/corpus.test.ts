/**
 * Reads the examples, or every project in the folders below $TMT_PROJECTS, so that a collection of real ones can be
 * looked through:
 * TMT_PROJECTS=FOLDER npx mocha --no-config dist/test/core/formats/corpus.test.js
 */
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readTmt } from '../../../core/formats/tmt/read-tmt.ts'
import { metadataIn } from '../../../runner/fmf-entries.ts'

const collection = process.env['TMT_PROJECTS']
const folder = collection ?? fileURLToPath(new URL('../../../../examples/', import.meta.url))

describe('whole projects of tmt', function () {
  this.timeout(300_000)

  it('are each read, or refused with what is wrong and where', async () => {
    const said: string[] = []
    let found = 0
    for (const item of await readdir(folder, { withFileTypes: true })) {
      if (!item.isDirectory()) continue
      const entries = await metadataIn(join(folder, item.name))
      // Collections leave out what is the same in all of them.
      entries.set('.fmf/version', { kind: 'file', size: 2, bytes: Buffer.from('1\n') })
      const { checks, skipped, faults, notes } = readTmt(entries, { repository: null })
      found += checks.length
      said.push(`${item.name}: ${checks.length} checks, ${skipped.length} skipped, ${faults.length} mistakes`)
      for (const fault of faults) said.push(`  ${fault.file}:${fault.line}:${fault.column}: ${fault.message}`)
      for (const { name, reason } of skipped) said.push(`  ${name} is skipped: ${reason}`)
      for (const note of notes) said.push(`  ${note}`)
      assert.ok(faults.every(({ file, line, message, mend }) => file && line > 0 && message && mend))
    }
    assert.ok(found > 0)
    if (collection !== undefined) process.stdout.write(`${said.join('\n')}\n`)
  })
})
