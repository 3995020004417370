/** A check as all formats are turned into it: what to run, in what machine, for which packages and events. */
import type { Dep8, ResultsForm, Sti, Tmt } from '../schemas/types.gen.ts'
import type { VerdictRules } from './verdict.ts'

export interface Check {
  name: string
  summary: string | null
  run: string
  /** null: the site's image for the build's release. */
  image: string | null
  install: boolean
  packages: readonly string[]
  /** `build`, or a filter of CloudEvents attributes: see core/event-filter.ts. */
  on: 'build' | Readonly<Record<string, string>>
  /** Packages it checks; globs only in shared namespaces. */
  for: readonly string[]
  /** null: every architecture of the build that the site can run. */
  arch: readonly string[] | null
  timeoutSeconds: number
  network: 'none' | 'mirror' | 'internet'
  memoryMiB: number
  cpus: number
  diskMiB: number
  results: ResultsForm
  /** Where its format has a word about its verdict. */
  rules?: VerdictRules
  /** Of a test of DEP-8. */
  dep8?: Dep8
  /** Of a plan of tmt. */
  tmt?: Tmt
  /** Of a playbook of the Standard Test Interface. */
  sti?: Sti
}

/** The machine of a check that says nothing about it. */
export const plainMachine = { memoryMiB: 1024, cpus: 1, diskMiB: 4096 } as const

/** Something wrong in a file that was pushed: where, what, and how to mend it. Lines and columns count from 1. */
export interface Fault {
  file: string
  line: number
  column: number
  message: string
  /** What to write instead. */
  mend?: string
}

/** What a reader of a format makes of a commit's files. `skipped` says what cannot be honoured, and why. */
export interface Reading {
  checks: Check[]
  faults: Fault[]
  skipped: { name: string; reason: string }[]
}
