/** A host for executions in real tiny machines that can do nothing but this, with builds that it serves itself. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'
import { verdict } from '../../core/verdict.ts'
import { execute, type Ports } from '../../runner/execute.ts'
import { besideOf, fetchArtifacts } from '../../runner/fetch-artifacts.ts'
import { openMachines } from '../../runner/machine/machines.ts'
import type { BuildArtifact, Job, Report } from '../../schemas/types.gen.ts'
import { validateReport } from '../../schemas/validate.ts'
import { archiveHost } from './archive-packages.ts'
import { buildDeb, type Deb } from './deb.ts'
import { temporaryFolder } from './folder.ts'
import { rememberAccelerator, sharedTemplates } from './home.ts'
import { tinyImage } from './image.ts'
import { sampleJob, type JobChanges } from './job.ts'
import { listenOn } from './listen.ts'

export interface Told extends Report {
  log: string
  steps: string[]
  /** Content of the artifacts that were kept, by path. */
  kept: Record<string, string>
}

export interface ExecutionHost {
  /** All that its machines and attempts have. */
  folder: string
  run: (job: Job, changes?: Partial<Ports>, signal?: AbortSignal) => Promise<Told>
  check: (command: string, changes?: JobChanges['check']) => Promise<Told>
  /** Where what is served stands. */
  url: string
  serve: (name: string, bytes: Buffer) => BuildArtifact
  serveDeb: (deb: Deb) => Promise<BuildArtifact>
  assertNothingLeft: () => Promise<void>
  close: () => Promise<void>
}

/** `mirrors`: where its machines may fetch packages from; by default the tests' own archive. */
export async function openExecutionHost(mirrors: readonly string[] = [archiveHost]): Promise<ExecutionHost> {
  const folder = await temporaryFolder()
  // As the data folder of a site: machines run as users of their own.
  await chmod(folder.path, 0o711)
  const images = await tinyImage()
  const log = { info: () => undefined, warn: () => undefined }
  await rememberAccelerator(folder.path)
  const machines = await openMachines({
    ...{ data: folder.path, images, mirrors, templates: sharedTemplates, internetAllowed: false, log },
  })
  const served = new Map<string, Buffer>()
  const files = await listenOn(
    createServer(({ url }, response) => {
      const body = served.get(url ?? '')
      if (body) response.end(body)
      else response.writeHead(404).end()
    }),
  )

  const run: ExecutionHost['run'] = async (job, changes = {}, signal = new AbortController().signal) => {
    const told = { log: '', steps: [] as string[], kept: {} as Record<string, string> }
    const report = await execute(
      job,
      {
        folder: join(folder.path, 'runner', 'attempts'),
        open: machines.open,
        image: () => Promise.resolve(),
        tree: (into) => writeFile(join(into, 'smoke.sh'), '#!/bin/sh\necho smoke\n', { mode: 0o755 }),
        artifacts: (into, until) => fetchArtifacts(job.build.artifacts, into, { signal: until }),
        beside: besideOf(job.build.artifacts),
        step: (step) => void told.steps.push(step),
        log: (chunk) => void (told.log += chunk.toString()),
        async keep(from, left) {
          for (const { path } of left) told.kept[path] = await readFile(join(from, path), 'utf8')
          return []
        },
        ...changes,
      },
      signal,
    )
    assert.deepEqual(validateReport(report).problems, [])
    return { ...report, ...told }
  }
  const serve: ExecutionHost['serve'] = (name, bytes) => {
    served.set(`/${name}`, bytes)
    return { name, url: `${files.url}/${name}`, sha256: createHash('sha256').update(bytes).digest('hex') }
  }
  return {
    folder: folder.path,
    run,
    check: (command, changes = {}) => run(sampleJob({ check: { run: command, ...changes } })),
    url: files.url,
    serve,
    async serveDeb(deb) {
      await using place = await temporaryFolder()
      const path = await buildDeb(place.path, deb)
      return serve(basename(path), await readFile(path))
    },
    async assertNothingLeft() {
      assert.deepEqual(await readdir(join(folder.path, 'runner', 'attempts')).catch(() => []), [])
      const left = await readdir(join(folder.path, 'runner', 'machines')).catch(() => [])
      assert.deepEqual(
        left.filter((name) => !name.includes('proxy-')),
        [],
      )
    },
    async close() {
      await files.close()
      await machines.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Outcome, reason and whom it concerns. */
export function judged({ ending, results }: Report): (string | null)[] {
  const { outcome, reason, concerns } = verdict(ending, results)
  return [outcome, reason, concerns]
}
