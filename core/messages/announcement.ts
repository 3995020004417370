/** What the world is told of an execution: the facts as they were when it happened. */
import type { BuildSubject } from '../../schemas/types.gen.ts'
import type { Outcome, Party } from '../execution.ts'

/** Where the execution has come to. `running` comes once for each attempt. */
export const phases = ['scheduled', 'running', 'finished'] as const
export type Phase = (typeof phases)[number]

/** Stored as JSON together with what it tells about. */
export interface Announced {
  phase: Phase
  at: string
  execution: AnnouncedExecution
}

export interface AnnouncedExecution {
  id: string
  /** namespace/name */
  package: string
  release: string
  version: string
  build: string
  /** Address of the build at its build system. */
  origin: string | null
  /** As in BuildData; absent in what was stored before there was any. */
  subject?: BuildSubject | null
  check: string
  repository: string
  commit: string
  arch: string
  attempt: number
  outcome: Outcome | null
  reason: string | null
  concerns: Party | null
  note: string | null
  rerunOf: string | null
  requestedBy: string | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
}

/** An announcement with what its messages are made of. */
export interface Announcement extends Announced {
  /** UUID, the same at every try: what is made of it is named after it. */
  id: string
  /** Public base address, without a slash at its end. */
  base: string
}

export const executionUrl = ({ base, execution }: Pick<Announcement, 'base' | 'execution'>): string =>
  `${base}/executions/${execution.id}`

/** What a message says of the execution, with the addresses of what is behind it. */
export const executionBody = (announcement: Announcement) => ({
  ...announcement.execution,
  phase: announcement.phase,
  at: announcement.at,
  url: executionUrl(announcement),
  log: `${announcement.base}/api/v1/executions/${announcement.execution.id}/log`,
})
