/** Fills the folder that a machine sees read-only: the check's tree, the build's artifacts and the job's scripts. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asksFor } from '../../core/formats/dep8-depends.ts'
import type { Job, JobCheck } from '../../schemas/types.gen.ts'
import { AttemptEnded } from '../ending.ts'
import type { HandedOver } from './handed-over.ts'
import { bringSource, type FetchBeside } from './source-package.ts'
import { checkScript, prepareScript, terminalScript } from './job-scripts.ts'
import { writePlan } from './tmt-files.ts'
import { readPlan } from '../read-strangers.ts'
import { wantsSourceIn, type PlanAnswer } from './tmt-plan.ts'

/** Where tree and artifacts come from: the server and the build system, or folders at home. */
export interface Sources {
  /** Puts the check repository's tree into `folder`. */
  tree: (folder: string, signal: AbortSignal) => Promise<void>
  /** Puts the build's artifacts into `folder`, each under its name. */
  artifacts: (folder: string, signal: AbortSignal) => Promise<void>
  /** Fetches what a source package consists of beside its .dsc. */
  beside: FetchBeside
}

/** What the scripts of a job may call. */
const programs = [
  ...['install-packages', 'install-depends', 'install-recommended', 'watch-output'],
  ...['unpack-source', 'build-tree', 'run-dep8', 'run-tmt', 'tmt-command'],
]
const programFile = (name: string): string =>
  fileURLToPath(new URL(`../../../runner/guest/${name}`, import.meta.url))

/** Throws what the sources throw. */
export async function handOver(
  job: Job,
  { tree, artifacts, beside }: Sources,
  folder: string,
  signal: AbortSignal,
): Promise<HandedOver> {
  const place = (name: string): string => join(folder, name)
  for (const name of ['tree', 'build', 'job']) await mkdir(place(name), { recursive: true })
  await tree(place('tree'), signal)
  await artifacts(place('build'), signal)
  const places = { build: place('build'), folder: place('source') }
  const answer = await readPlan(job, place('tree'))
  const wanted = job.check.dep8?.source ?? wantsSourceIn(answer) !== null
  const source = wanted ? await bringSource(places, beside, signal) : null
  const handed = { answer: source ? answer : withoutSource(job.check, answer), source }
  if (handed.answer?.plan) await writePlan(handed.answer.plan, place('job/tmt'))
  await writeFile(place('job/prepare'), prepareScript(job, handed))
  await writeFile(place('job/check'), checkScript(job))
  await writeFile(place('job/terminal'), terminalScript(job))
  for (const name of programs) await copyFile(programFile(name), place(`job/${name}`))
  return handed
}

/** What there is to do where the build has no source package, or none is asked for. Throws AttemptEnded: bad_check. */
function withoutSource({ dep8 }: JobCheck, answer: PlanAnswer | null): PlanAnswer | null {
  if (dep8?.source && asksFor(dep8.depends, '@builddeps@'))
    throw new AttemptEnded(
      'bad_check',
      'It depends on @builddeps@, which the source package says: the build has no .dsc, and the repository no debian/control.',
    )
  return wantsSourceIn(answer) !== null
    ? { plan: null, reason: 'it wants the sources of the package: the build has no .dsc' }
    : answer
}
