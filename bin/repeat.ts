/** What `assay run --execution` repeats: an execution's check, tree and build, as its server has them on record. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Check } from '../core/check.ts'
import { differences, runFacts, type Difference, type RunFacts } from '../core/differences.ts'
import { AppError } from '../core/errors.ts'
import { AttemptEnded } from '../runner/ending.ts'
import { unpackTree } from '../runner/unpack-tree.ts'
import type { MachineFacts } from '../schemas/types.gen.ts'
import type { Api } from './api.ts'
import type { HomeBuild } from './home-build.ts'

export interface Repeated extends AsyncDisposable {
  check: Check
  commit: string
  /** That of the machine it ran in; null before its first attempt. */
  image: string | null
  about: HomeBuild
  /** The check repository's tree at the commit. */
  tree: string
  /** Where a run here differs from the one on record; nothing where none is on record. */
  differences: (machine: MachineFacts) => Difference[]
}

/** As the API tells it; only what is needed here. */
interface ToldExecution {
  id: string
  build: string
  repository: string
  commit: string
  arch: string
  version: string
  definition: Check
  attempts: { machine: MachineFacts | null }[]
}

interface ToldBuild {
  package: string
  release: string
  version: string
  artifacts: { name: string; url: string; sha256: string }[]
}

/** Fetches everything but the artifacts, which are fetched when it runs. Throws what `api` throws. */
export async function repeat(api: Api, id: string, signal: AbortSignal): Promise<Repeated> {
  const execution = await api.get<ToldExecution>(`/api/v1/executions/${encodeURIComponent(id)}`)
  const build = await api.get<ToldBuild>(`/api/v1/builds/${execution.build}`)
  const { repository, commit, arch, definition, attempts } = execution
  const machine = attempts.findLast((attempt) => attempt.machine)?.machine ?? null
  const facts = (of: MachineFacts): RunFacts => runFacts(execution, { machine: of, packages: null })
  const tree = await mkdtemp(join(tmpdir(), 'assay-execution-'))
  const dispose = (): Promise<void> => rm(tree, { recursive: true, force: true })
  try {
    const path = `/api/v1/packages/${repository}/commits/${commit}/tree`
    await unpackTree(await api.stream(path), tree, signal)
  } catch (error) {
    await dispose()
    throw error instanceof AttemptEnded ? new AppError('BAD_TREE', 422, error.message) : error
  }
  return {
    ...{ commit, tree, image: machine?.image ?? null },
    // It ran for this architecture: another one would be another execution.
    check: { ...definition, arch: [arch] },
    about: {
      artifacts: build.artifacts.map(({ name, url, sha256 }) => ({ name, url, sha256 })),
      build: {
        package: build.package,
        release: build.release,
        version: build.version,
        artifacts: build.artifacts,
      },
    },
    differences: (here) => (machine ? differences(facts(machine), facts(here)) : []),
    [Symbol.asyncDispose]: dispose,
  }
}
