/** The source package of a build, for tests whose repository holds nothing but the tests. */
import { copyFile, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Listed } from '../../core/debian-archive/release.ts'
import { asksFor } from '../../core/formats/dep8-depends.ts'
import { readDsc } from '../../core/formats/dsc.ts'
import type { JobCheck } from '../../schemas/types.gen.ts'
import { AttemptEnded } from '../ending.ts'

/** Puts the file that lies beside the artifact `beside` where that came from into `folder`. */
export type FetchBeside = (beside: string, file: Listed, folder: string, signal: AbortSignal) => Promise<void>

export interface SourcePackage {
  /** Name of its .dsc. */
  dsc: string
  /** What it is built with, in dpkg's words. */
  builtWith: string
}

/** Bytes. */
const largest = 1024 ** 2

/**
 * Brings the source package whose .dsc is in `build` into `folder`, where the check needs one; null: it does not, or the build
 * has none. Throws AttemptEnded: artifact_mismatch where the .dsc is none, bad_check where the check cannot do without.
 */
export async function bringSource(
  { dep8 }: Pick<JobCheck, 'dep8'>,
  { build, folder }: { build: string; folder: string },
  fetchBeside: FetchBeside,
  signal: AbortSignal,
): Promise<SourcePackage | null> {
  if (!dep8?.source) return null
  const here = new Set(await readdir(build))
  const dsc = [...here].sort().find((name) => name.endsWith('.dsc'))
  if (dsc === undefined) {
    if (!asksFor(dep8.depends, '@builddeps@')) return null
    throw new AttemptEnded(
      'bad_check',
      'It depends on @builddeps@, which the source package says: the build has no .dsc, and the repository no debian/control.',
    )
  }
  const description =
    (await stat(join(build, dsc))).size > largest ? null : readDsc(await readFile(join(build, dsc), 'utf8'))
  if (!description) throw new AttemptEnded('artifact_mismatch', `${dsc} describes no source package.`)
  await mkdir(folder, { recursive: true })
  await copyFile(join(build, dsc), join(folder, dsc))
  for (const file of description.files)
    // What is not what the .dsc says it is dpkg-source refuses.
    if (here.has(file.path)) await copyFile(join(build, file.path), join(folder, file.path))
    else await fetchBeside(dsc, file, folder, signal)
  return { dsc, builtWith: description.builtWith }
}
