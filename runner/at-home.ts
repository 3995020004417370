/** Runs checks of a folder on this host, without a server: the same story in the same machines, with other ports. */
import { copyFile, cp, lstat, mkdir, rm } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Job, Report } from '../schemas/types.gen.ts'
import { imageEnsurer } from './ensure-image.ts'
import { execute, type Ports } from './execute.ts'
import { fetchArtifact } from './fetch-artifact.ts'
import { besideOf } from './fetch-artifacts.ts'
import type { FetchBeside } from './guest/source-package.ts'
import { outliving } from './hold-machine.ts'
import { imageStore } from './images.ts'
import type { Machine } from './machine/machine.ts'
import { openMachines, type MachinesOptions } from './machine/machines.ts'
import { sweepMachines } from './machine/sweep.ts'

/** An artifact of the build: a file of this host, or an address. */
export type HomeArtifact = { name: string } & ({ path: string } | { url: string; sha256: string | null })

export interface HomeRun {
  job: Job
  /** The check repository's working tree. */
  tree: string
  artifacts: readonly HomeArtifact[]
  /** Folder for the artifacts that the check leaves. */
  output: string
  onLog: (chunk: Buffer) => void
  /** As in Ports. */
  terminal?: () => Duplex
  /** Is given the machine, if there was one, before it is thrown away. */
  keep?: (machine: Machine, report: Report) => Promise<void>
}

export interface Home {
  /** Never rejects. */
  run: (run: HomeRun, signal: AbortSignal) => Promise<Report>
  close: () => Promise<void>
}

export type HomeSettings = Omit<MachinesOptions, 'images'>

/** Throws AppError where this host runs no machines. */
export async function openHome(settings: HomeSettings): Promise<Home> {
  const images = imageStore(join(settings.data, 'images'))
  const machines = await openMachines({ ...settings, images })
  const image = imageEnsurer(images)
  const folder = join(settings.data, 'runner', 'attempts')
  await sweepMachines(folder)
  return {
    async run({ job, tree, artifacts, output, onLog, terminal, keep }, signal) {
      const outlived = keep && outliving(machines.open)
      const ports: Ports = {
        folder,
        open: outlived?.open ?? machines.open,
        image,
        step: () => undefined,
        log: onLog,
        tree: (into) => copyTree(tree, into, [output, settings.data]),
        artifacts: (into, until) => bring(artifacts, into, until),
        beside: besideAtHome(artifacts),
        keep: (from, files) => keepFiles(from, files, output),
        ...(terminal && { terminal }),
      }
      const report = await execute(job, ports, signal)
      await using machine = outlived?.machine() ?? null
      if (machine) await keep?.(machine, report)
      return report
    },
    close: () => machines.close(),
  }
}

/** What git would know, more or less: not its own folder, not what we leave, nothing but files, folders and links. */
async function copyTree(from: string, into: string, without: readonly string[]): Promise<void> {
  const left = [join(from, '.git'), ...without].map((path) => resolve(path))
  await cp(from, into, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (path) => {
      const facts = await lstat(path)
      return (
        !left.includes(resolve(path)) && (facts.isFile() || facts.isDirectory() || facts.isSymbolicLink())
      )
    },
  })
}

async function bring(artifacts: readonly HomeArtifact[], into: string, signal: AbortSignal): Promise<void> {
  for (const artifact of artifacts) {
    const target = join(into, artifact.name)
    if ('path' in artifact) await copyFile(artifact.path, target)
    else await fetchArtifact(artifact, target, { signal })
  }
}

/** What lies beside a file of this host, or beside an address. */
const besideAtHome =
  (artifacts: readonly HomeArtifact[]): FetchBeside =>
  async (beside, file, folder, signal) => {
    const origin = artifacts.find(({ name }) => name === beside)
    if (!origin || 'url' in origin) await besideOf(origin ? [origin] : [])(beside, file, folder, signal)
    else await copyFile(join(dirname(origin.path), file.path), join(folder, file.path))
  }

async function keepFiles(
  from: string,
  files: readonly { path: string }[],
  output: string,
): Promise<string[]> {
  for (const { path } of files) {
    const target = join(output, path)
    await mkdir(dirname(target), { recursive: true })
    await rm(target, { force: true })
    await copyFile(join(from, path), target)
  }
  return files.length > 0 ? [`${files.length} artifacts are in ${relative('.', output) || '.'}`] : []
}
