/** The native format: checks.yaml at a repository's root. Pure: the same text is read alike at home, at push and after. */
import { validateManifest } from '../../schemas/validate-manifest.ts'
import type { Manifest, ManifestCheck } from '../../schemas/types.gen.ts'
import type { Check, Fault, Reading } from '../check.ts'
import { fullName, kernelArch, type PackageName } from '../names.ts'
import { manifestFaults } from './manifest-faults.ts'
import { manifestFile } from './manifest-name.ts'
import { mebibytesOf, secondsOf } from './units.ts'
import { readSource } from './source.ts'

export { manifestFile }

export interface ManifestContext {
  /** The package whose check repository it is; null at home, where nobody may know. */
  repository: PackageName | null
}

/** The checks that `text` declares, or everything that is wrong with it, in the order of its lines. */
export function readManifest(text: string, { repository }: ManifestContext): Reading {
  const source = readSource(text)
  const found = source.data === undefined ? [] : manifestFaults(source, validateManifest, repository)
  // Where the YAML itself is wrong, that is the cause of what else is wrong in the line.
  const causes = found.filter(({ line }) => !source.faults.some((cause) => cause.line === line))
  const faults = inOrder([...source.faults, ...causes])
  if (faults.length > 0) return { checks: [], faults, skipped: [] }
  // Without faults the data is what the schema says it is.
  const declared = Object.entries((source.data as Manifest).checks)
  const checks = declared.map(([name, check]) => toCheck(name, check, repository))
  return { checks, faults: [], skipped: [] }
}

/** By line and column; of several at one place the first said is the cause of the others. */
function inOrder(faults: readonly Omit<Fault, 'file'>[]): Fault[] {
  const places = new Map<string, Fault>()
  for (const fault of faults) {
    const place = `${fault.line}:${fault.column}`
    if (!places.has(place)) places.set(place, { file: manifestFile, ...fault })
  }
  return [...places.values()].sort((one, other) => one.line - other.line || one.column - other.column)
}

function toCheck(name: string, check: ManifestCheck, repository: PackageName | null): Check {
  return {
    name,
    summary: check.summary ?? null,
    run: check.run,
    image: check.image ?? null,
    install: check.install ?? true,
    packages: check.packages ?? [],
    on: check.on ?? 'build',
    for: check.for ?? [repository ? fullName(repository) : '*/*'],
    arch: check.arch ? [...new Set(check.arch.map(kernelArch))] : null,
    timeoutSeconds: secondsOf(check.timeout ?? '10m'),
    network: check.network ?? 'none',
    memoryMiB: mebibytesOf(check.memory ?? '1G'),
    cpus: check.cpus ?? 1,
    diskMiB: mebibytesOf(check.disk ?? '4G'),
    results: check.results ?? 'exit',
  }
}
