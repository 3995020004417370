/** A plan, whoever wrote it in which format, as a check: one that gives a result for each of its tests. Pure. */
import type { Check } from '../../check.ts'
import { fullName, type PackageName } from '../../names.ts'
import type { TmtPlan } from './plan.ts'

/** Beside the tests a plan has time to prepare and to finish. */
const around = { seconds: 30 * 60, most: 86_400 }

export interface PlanCheck {
  name: string
  repository: PackageName | null
  /** Where the runner finds the plan again. */
  source: Pick<Check, 'tmt' | 'sti'>
}

export function checkOfPlan(plan: TmtPlan, { name, repository, source }: PlanCheck): Check {
  const { arch, memoryMiB, cpus, diskMiB } = plan.hardware
  const seconds = plan.tests.reduce((sum, test) => sum + test.durationSeconds, around.seconds)
  const count = plan.tests.filter(({ skip }) => skip === null).length
  return {
    name,
    summary: `${(plan.summary ?? plan.name).trim().replaceAll(/\s+/g, ' ').slice(0, 150)} (${count === 1 ? '1 test' : `${count} tests`})`,
    run: plan.name,
    image: null,
    install: true,
    packages: [],
    on: 'build',
    for: [repository ? fullName(repository) : '*/*'],
    arch: arch === null ? null : [arch],
    network: 'mirror',
    timeoutSeconds: Math.min(seconds, around.most),
    ...{ memoryMiB, cpus, diskMiB },
    results: 'exit',
    rules: { unskippable: true },
    ...source,
  }
}

const mostNotes = 20

/** What whoever pushed the plan should know: which tests are left out, and what is run otherwise than it is written. */
export function planNotes(name: string, { tests, notes }: TmtPlan): string[] {
  const skipped = tests.flatMap((test) =>
    test.skip === null ? [] : [`test ${test.name} is skipped: ${test.skip}`],
  )
  const all = [...skipped, ...notes].map((note) => `check ${name}: ${note}`)
  return all.length > mostNotes
    ? [...all.slice(0, mostNotes), `check ${name}: and ${all.length - mostNotes} more`]
    : all
}
