/**
 * The same test of DEP-8 on the same image: `autopkgtest ... -- qemu`, which boots a machine for it, and the whole product,
 * from the event that tells of a build to its verdict.
 */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { imageStore } from '../runner/images.ts'
import { commitFiles } from '../test/support/git.ts'
import { coldStarts } from './machines.ts'
import { median, type Measured } from './measured.ts'
import { peerDisk, requireAutopkgtest, runAutopkgtest } from './peer.ts'
import { openSite } from './site.ts'

const rounds = { theirs: 3, cold: 3, ours: 10 }
const aim = 50
const image = 'peer'

const control = 'Tests: trivial\nDepends:\n'
const trivial = '#!/bin/sh\necho up\n'

export async function benchAutopkgtest(): Promise<Measured> {
  await requireAutopkgtest()
  const disk = await peerDisk()
  const work = await mkdtemp(join(tmpdir(), 'assay-bench-'))
  try {
    const checks = join(work, 'checks')
    await commitFiles(checks, { 'debian/tests/control': control, 'debian/tests/trivial': trivial })
    const theirs = await timed(rounds.theirs, () => throughAutopkgtest(work, checks, disk))
    const data = join(work, 'data')
    const images = imageStore(join(data, 'images'))
    await mkdir(images.folder, { recursive: true })
    await images.importDisk(disk, image)
    const cold = await coldStarts(images, image, rounds.cold)
    return report({ theirs, cold, ...(await throughProduct(data, checks)) })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Fails unless the test passed. */
async function throughAutopkgtest(work: string, checks: string, disk: string): Promise<void> {
  const { code, log } = await runAutopkgtest(work, disk, ['--no-built-binaries', checks])
  assert.equal(code, 0, log)
}

/** From the event to the verdict, in milliseconds; and how those machines came to be. */
async function throughProduct(data: string, checks: string): Promise<{ ours: number[]; starts: string[] }> {
  const settings = { ASSAY_DATA: data, ASSAY_IMAGE: image, ASSAY_RUNNERS: '1' }
  await using site = await openSite(settings, { trivial: checks })
  const one = async (series: string): Promise<string> => {
    const [id = ''] = await site.announce(series, 1)
    const [ended] = await site.finished([id])
    assert.equal(ended?.outcome, 'passed', JSON.stringify(ended))
    return id
  }
  // It makes the template, and the next one the pool.
  for (const series of ['first', 'second']) await one(series)
  const ids: string[] = []
  const ours = await timed(rounds.ours, async (round) => {
    ids.push(await one(`round${round}-`))
  })
  return { ours, starts: await Promise.all(ids.map(site.start)) }
}

async function timed(count: number, work: (round: number) => Promise<void>): Promise<number[]> {
  const all: number[] = []
  for (let round = 0; round < count; round++) {
    const begun = performance.now()
    await work(round)
    all.push(performance.now() - begun)
  }
  return all
}

function report(found: { theirs: number[]; cold: number[]; ours: number[]; starts: string[] }): Measured {
  const ms = { autopkgtest: median(found.theirs), cold: median(found.cold), assay: median(found.ours) }
  const seconds = (value: number): string => `${(value / 1000).toFixed(1)} s`
  const ratio = ms.autopkgtest / ms.assay
  const starts = [...new Set(found.starts)].join(', ')
  return {
    lines: [
      'The same trivial test of DEP-8 on the same image, medians:',
      `  autopkgtest -- qemu             ${seconds(ms.autopkgtest)}`,
      `  assay, from event to verdict    ${seconds(ms.assay)}, ${ratio.toFixed(0)}x faster (aim ${aim}x); machines: ${starts}`,
      `  assay, to the first command of a machine that boots  ${seconds(ms.cold)}: what is left without templates`,
    ],
    data: {
      autopkgtest_ms: ms.autopkgtest,
      assay_ms: ms.assay,
      boot_ms: ms.cold,
      ratio,
      cold_ratio: ms.autopkgtest / ms.cold,
      rounds,
      starts: found.starts,
    },
  }
}
