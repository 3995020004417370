/** Broken output disks of machines, to the reader of the archive that is on them. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pack } from 'tar-stream'
import { buffer } from 'node:stream/consumers'
import { readOutput } from '../../runner/machine/tar-reader.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { diceOf, mutated } from './mutate.ts'

const limits = { fileBytes: 1024 ** 2, totalBytes: 4 * 1024 ** 2, files: 100 }

export interface Archives {
  archives: number
  /** Words for each that ended the reader. */
  wrong: string[]
}

/** Reads `many` archives that were valid once. */
export async function readOddTars(many: number, seed: number): Promise<Archives> {
  await using folder = await temporaryFolder()
  const sample = (await archive()).toString('latin1')
  const found: Archives = { archives: many, wrong: [] }
  for (let number = 0; number < many; number++) {
    const disk = join(folder.path, 'disk')
    const target = join(folder.path, 'target')
    await mkdir(target)
    await writeFile(disk, Buffer.from(mutated(sample, diceOf(seed * 20_000_003 + number)), 'latin1'))
    try {
      await readOutput(disk, target, limits)
    } catch (error) {
      found.wrong.push((error as Error).stack ?? String(error))
    }
    await rm(target, { recursive: true })
  }
  return found
}

async function archive(): Promise<Buffer> {
  const packing = pack()
  for (const [name, text] of [
    ['results.jsonl', '{"name": "a", "outcome": "passed"}\n'],
    ['packages', 'hello 2.10-3\n'],
    ['reports/1', '<testsuite/>'],
    ['artifacts/log.txt', 'words\n'.repeat(50)],
    ['artifacts/deep/er/file', 'x'.repeat(700)],
  ] as const)
    packing.entry({ name }, text)
  packing.finalize()
  return buffer(packing)
}
