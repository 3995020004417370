/** The plan of tmt that a job is about, as it is for this build on this machine: read from the tree that is handed over. */
import { join } from 'node:path'
import { limits } from '../../core/formats/limits.ts'
import { textOf } from '../../core/formats/manifest-file.ts'
import { contextOf } from '../../core/formats/tmt/context.ts'
import { readEnvironmentFile } from '../../core/formats/tmt/environment-file.ts'
import type { TmtPlan } from '../../core/formats/tmt/plan.ts'
import { planIn } from '../../core/formats/tmt/read-tmt.ts'
import type { Job } from '../../schemas/types.gen.ts'
import { fileEntry, fmfEntries } from '../fmf-entries.ts'

/** The plan, or the reason why it is not run here. */
export type PlanAnswer = ReturnType<typeof planIn>

/** null: the job is about no plan. */
export async function planOf({ check, build, arch }: Job, tree: string): Promise<PlanAnswer | null> {
  if (!check.tmt) return null
  const { release, package: name } = build
  const context = contextOf({ release, arch, package: name, image: check.image })
  const answer = planIn(await fmfEntries(tree), check.tmt.plan, context)
  return answer.plan ? withFiles(answer.plan, tree) : answer
}

/** With the variables of its files, which come after its own. */
async function withFiles(plan: TmtPlan, tree: string): Promise<PlanAnswer> {
  let environment: Readonly<Record<string, string>> = {}
  for (const path of plan.environmentFiles) {
    const entry = await fileEntry(join(tree, path), limits.manifestBytes)
    const { text } = entry ? textOf(entry, path) : { text: null }
    const found = text === null ? null : readEnvironmentFile(path, text)
    if (!found)
      return { plan: null, reason: `its file of variables, ${path}, is not there or cannot be read` }
    environment = { ...environment, ...found }
  }
  return { plan: { ...plan, environment: { ...environment, ...plan.environment } }, reason: null }
}
