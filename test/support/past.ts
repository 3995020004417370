/** Records what happened in the past, at times of one's choosing, as the flows would have recorded it then. */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { v7 as uuid } from 'uuid'
import type { Check } from '../../core/check.ts'
import type { Verdict } from '../../core/verdict.ts'
import type { Services } from '../../server/services.ts'
import type { NewBuild } from '../../server/store/builds.ts'
import type { NewResult } from '../../server/store/results.ts'
import { sha256 } from './runner.ts'
import { commit } from './site.ts'

/** Who declares a check. */
export interface Declared {
  check: Check
  repository: string
  registration: number
  /** Of the repository; a made-up one where it does not matter. */
  commit?: string
}

/** How an attempt ended, beside its verdict. */
export interface Ended {
  results: NewResult[]
  /** By how many milliseconds it took longer than the shortest. */
  longer?: number
  /** What its image's content hashes to. */
  imageDigest?: string
}

const machine = {
  image: 'debian-12',
  imageDigest: sha256(Buffer.from('disk')),
  accelerator: 'tcg',
  qemu: '7.2.15',
} as const

/** Milliseconds after its start at which an attempt begins each step, and at which it ends. */
const steps = {
  fetching: 0,
  booting: 900,
  installing: 24_000,
  running: 31_000,
  collecting: 74_000,
  reporting: 75_500,
}
const length = 76_000

const iso = (time: number): string => new Date(time).toISOString()

export type Past = ReturnType<typeof past>

export function past({ stores, files }: Pick<Services, 'stores' | 'files'>) {
  // What is made later has a later id, at the same time too.
  let order = 0
  return {
    async build(build: Omit<NewBuild, 'id' | 'createdAt'>, time: number): Promise<string> {
      const id = uuid({ msecs: time + (order += 1) })
      await stores.builds.insert([{ id, ...build, createdAt: iso(time) }])
      return id
    },
    /** An execution that waits; with `skip` it never will. */
    async execution(
      { check, repository, registration, commit: at = commit }: Declared,
      build: { id: string; packageId: number; arch: string },
      time: number,
      { skip = null, rerunOf = null }: { skip?: string | null; rerunOf?: string | null } = {},
    ): Promise<string> {
      const id = uuid({ msecs: time + (order += 1) })
      const origin = { registrationId: registration, repository, commit: at, definition: check }
      const target = { packageId: build.packageId, buildId: build.id, arch: build.arch }
      const key = [build.id, check.name, build.arch, rerunOf ?? 'first'].join('.')
      const createdAt = iso(time)
      await stores.executions.insert([
        { id, key, ...origin, ...target, priority: 0, rerunOf, requestedBy: null, createdAt, skip },
      ])
      return id
    },
    /** Its first attempt begins and comes as far as step `last`. */
    async begin(id: string, time: number, last: keyof typeof steps = 'reporting'): Promise<void> {
      const startedAt = iso(time)
      await stores.executions.advance({ id, state: 'scheduled', attempt: 0 }, 'claim', {
        attempt: 1,
        startedAt,
      })
      const owner = { runner: 'builder-01', instance: randomUUID(), fence: randomUUID() }
      const { packageId } = await stores.executions.get(id)
      await stores.holdings.open(id, packageId)
      await stores.attempts.insert({ executionId: id, number: 1, ...owner, startedAt })
      for (const [step, after] of Object.entries(steps).slice(0, Object.keys(steps).indexOf(last) + 1))
        await stores.attempts.beginStep(id, 1, step, iso(time + after))
      await stores.attempts.setMachine(id, 1, machine)
    },
    /** The attempt that began at `time` ends as `verdict`. */
    async finish(id: string, time: number, verdict: Verdict, ended: Ended): Promise<void> {
      const { results, longer = 0, imageDigest = machine.imageDigest } = ended
      const finishedAt = iso(time + length + longer)
      const panicked = verdict.reason === 'guest_panic'
      const report = {
        ending: { phase: 'check', how: 'exited' } as const,
        machine: {
          ...machine,
          imageDigest,
          ...(panicked && { console: 'Kernel panic - not syncing: sysrq triggered crash' }),
        },
        results: [],
        notes: [],
      }
      await stores.attempts.setMachine(id, 1, report.machine)
      await stores.attempts.endSteps(id, finishedAt)
      await stores.attempts.end(id, 1, { ...verdict, report, endedAt: finishedAt })
      await stores.executions.advance({ id, state: 'running', attempt: 1 }, 'finish', { verdict, finishedAt })
      await stores.results.insert(id, results, finishedAt)
    },
    async log(id: string, text: string): Promise<void> {
      await files.appendLog({ execution: id, attempt: 1 }, 0, Buffer.from(text))
    },
    async artifact(id: string, path: string, text: string): Promise<void> {
      const bytes = Buffer.from(text)
      const file = { path, body: Readable.from([bytes]), sha256: sha256(bytes), room: bytes.length }
      const size = await files.putArtifact({ execution: id, attempt: 1 }, file)
      await stores.artifacts.put({ executionId: id, attempt: 1, path, size, sha256: file.sha256 })
    },
  }
}
