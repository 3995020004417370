/** One execution in a real tiny machine, with what it told. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { copyFile } from 'node:fs/promises'
import { execute } from '../../runner/execute.ts'
import { besideOf } from '../../runner/fetch-artifacts.ts'
import type { Machines } from '../../runner/machine/machines.ts'
import type { Report } from '../../schemas/types.gen.ts'
import { temporaryFolder } from './folder.ts'
import { sampleJob, type JobChanges } from './job.ts'
import { never } from './machines.ts'

export interface Executed extends Report {
  log: string
  /** Content of the artifacts that were kept, by path. */
  kept: Record<string, string>
}

export interface Things {
  job: JobChanges
  /** Files of the check repository. Those that begin with #! may be executed. */
  tree?: Record<string, string>
  /** Paths of the build's packages. */
  debs?: readonly string[]
}

export async function executed(machines: Machines, { job, tree = {}, debs = [] }: Things): Promise<Executed> {
  await using folder = await temporaryFolder()
  const told = { log: '', kept: {} as Record<string, string> }
  const artifacts = debs.map((path) => ({
    ...{ name: basename(path), url: 'http://localhost/', sha256: '0'.repeat(64) },
  }))
  const whole = sampleJob({ ...job, build: { artifacts, ...job.build } })
  const report = await execute(
    whole,
    {
      folder: folder.path,
      open: machines.open,
      image: () => Promise.resolve(),
      async tree(into) {
        for (const [path, content] of Object.entries(tree)) {
          await mkdir(dirname(join(into, path)), { recursive: true })
          await writeFile(join(into, path), content, { mode: content.startsWith('#!') ? 0o755 : 0o644 })
        }
      },
      async artifacts(into) {
        for (const path of debs) await copyFile(path, join(into, basename(path)))
      },
      beside: besideOf(artifacts),
      step: () => undefined,
      log: (chunk) => void (told.log += chunk.toString()),
      async keep(from, left) {
        for (const { path } of left) told.kept[path] = await readFile(join(from, path), 'utf8')
        return []
      },
    },
    never,
  )
  return { ...report, ...told }
}
