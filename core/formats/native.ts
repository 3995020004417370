/** The native format: checks.yaml at a repository's root. Pure: the same text is read alike at home, at push and after. */
import { validateManifest } from '../../schemas/validate-manifest.ts'
import type { Manifest, ManifestCheck, ManifestOptions } from '../../schemas/types.gen.ts'
import { plainMachine, type Check, type Fault, type Reading } from '../check.ts'
import { fullName, kernelArch, type PackageName } from '../names.ts'
import { manifestFaults } from './manifest-faults.ts'
import { manifestFile } from './manifest-name.ts'
import type { RepositoryContext } from './repository-context.ts'
import { mebibytesOf, secondsOf } from './units.ts'
import { readSource } from './source.ts'

export { manifestFile }

/** The checks that `text` declares, or everything that is wrong with it, in the order of its lines. */
export function readManifest(text: string, context: RepositoryContext): NativeReading {
  const { repository } = context
  const source = readSource(text)
  const found = source.data === undefined ? [] : manifestFaults(source, validateManifest, context)
  // Where the YAML itself is wrong, that is the cause of what else is wrong in the line.
  const causes = found.filter(({ line }) => !source.faults.some((cause) => cause.line === line))
  const faults = inOrder([...source.faults, ...causes])
  if (faults.length > 0) return { checks: [], faults, skipped: [], others: [] }
  // Without faults the data is what the schema says it is.
  const { checks = {}, others = {} } = source.data as Manifest
  return {
    checks: Object.entries(checks).map(([name, check]) => toCheck(name, check, repository)),
    faults: [],
    skipped: [],
    others: Object.entries(others).map(([glob, options]) => ({ glob, changes: changesOf(options) })),
  }
}

/** Of a reading of checks.yaml: what checks of other formats run with. */
export interface Options {
  /** Of their names. */
  glob: string
  changes: Partial<Check>
}

export type NativeReading = Reading & { others: Options[] }

/** By line and column; of several at one place the first said is the cause of the others. */
function inOrder(faults: readonly Omit<Fault, 'file'>[]): Fault[] {
  const places = new Map<string, Fault>()
  for (const fault of faults) {
    const place = `${fault.line}:${fault.column}`
    if (!places.has(place)) places.set(place, { file: manifestFile, ...fault })
  }
  return [...places.values()].sort((one, other) => one.line - other.line || one.column - other.column)
}

const changesOf = ({
  image,
  on,
  arch,
  timeout,
  network,
  memory,
  cpus,
  disk,
}: ManifestOptions): Partial<Check> => ({
  ...(image !== undefined && { image }),
  ...(on !== undefined && { on }),
  ...(arch && { arch: kernelArches(arch) }),
  ...(timeout !== undefined && { timeoutSeconds: secondsOf(timeout) }),
  ...(network !== undefined && { network }),
  ...(memory !== undefined && { memoryMiB: mebibytesOf(memory) }),
  ...(cpus !== undefined && { cpus }),
  ...(disk !== undefined && { diskMiB: mebibytesOf(disk) }),
})

const kernelArches = (arches: readonly string[]): string[] => [...new Set(arches.map(kernelArch))]

function toCheck(name: string, check: ManifestCheck, repository: PackageName | null): Check {
  return {
    name,
    summary: check.summary ?? null,
    run: check.run,
    image: null,
    install: check.install ?? true,
    packages: check.packages ?? [],
    on: 'build',
    for: check.for ?? [repository ? fullName(repository) : '*/*'],
    arch: null,
    timeoutSeconds: 600,
    network: 'none',
    ...plainMachine,
    results: check.results ?? 'exit',
    ...changesOf(check),
  }
}
