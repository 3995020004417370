/** The source package of a build, for tests whose repository holds nothing but the tests. */
import { copyFile, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Listed } from '../../core/debian-archive/release.ts'
import { readDsc } from '../../core/formats/dsc.ts'
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
 * Brings the source package whose .dsc is in `build` into `folder`; null: the build has none. Throws AttemptEnded:
 * artifact_mismatch where the .dsc describes none.
 */
export async function bringSource(
  { build, folder }: { build: string; folder: string },
  fetchBeside: FetchBeside,
  signal: AbortSignal,
): Promise<SourcePackage | null> {
  const here = new Set(await readdir(build))
  const dsc = [...here].sort().find((name) => name.endsWith('.dsc'))
  if (dsc === undefined) return null
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
