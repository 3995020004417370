/** The plan of tmt, or the playbook, that a job is about, as it is for this build on this machine: read from the tree that is handed over. */
import { limits } from '../../core/formats/limits.ts'
import { textOf } from '../../core/formats/manifest-file.ts'
import { contextOf } from '../../core/formats/tmt/context.ts'
import { readEnvironmentFile } from '../../core/formats/tmt/environment-file.ts'
import type { Context } from '../../core/formats/fmf/condition.ts'
import type { TmtPlan } from '../../core/formats/tmt/plan.ts'
import { openProject } from '../../core/formats/tmt/project.ts'
import { playbookIn } from '../../core/formats/sti/read-sti.ts'
import type { TmtTest } from '../../core/formats/tmt/test.ts'
import { planIn } from '../../core/formats/tmt/read-tmt.ts'
import type { Job } from '../../schemas/types.gen.ts'
import { fileEntry, metadataIn } from '../fmf-entries.ts'
import { guest } from './paths.ts'

/** The plan, or the reason why it is not run here. */
export type PlanAnswer = ReturnType<typeof planIn>

/** Folder, from the root of the tree, that the plan wants the build's source package in; null: it wants none. */
export const wantsSourceIn = (answer: PlanAnswer | null): string | null => answer?.plan?.sourceIn ?? null

/** null: the job is about no plan. */
export async function planOf({ check, build, arch }: Job, tree: string): Promise<PlanAnswer | null> {
  const { release, package: name } = build
  const context = contextOf({ release, arch, package: name, image: check.image })
  if (check.sti) return readPlaybook(check.sti.playbook, tree, context)
  if (!check.tmt) return null
  const answer = planIn(await metadataIn(tree), check.tmt.plan, context, variablesOf)
  return answer.plan ? withFiles(answer.plan, tree) : answer
}

/** What plans may name of what run-tmt sets. */
const variablesOf = (root: string): Record<string, string> => ({
  TMT_TREE: `${guest.tree}${root === '' ? '' : `/${root}`}`,
  TMT_PLAN_DATA: `${guest.artifacts}/tmt/data`,
  TMT_PLAN_ENVIRONMENT_FILE: `${guest.artifacts}/tmt/data/variables.env`,
})

/** Tests find the build's files and the place for what they leave where the interface says. */
async function readPlaybook(path: string, tree: string, context: Context): Promise<PlanAnswer> {
  const entry = await fileEntry(tree, path, limits.manifestBytes)
  const { text } = entry ? textOf(entry, path) : { text: null }
  const project = openProject(await metadataIn(tree))
  const { plan, reason } =
    text === null
      ? { plan: null, reason: `${path} is not there or cannot be read` }
      : playbookIn(path, text, { project, context, want: project.asking().want })
  if (!plan) return { plan, reason }
  const environment = { TEST_ARTIFACTS: guest.artifacts, TEST_SUBJECTS: `${guest.input}/build` }
  const tests = await Promise.all(plan.tests.map((test) => inItsFolder(test, tree, plan.sourceIn)))
  return { plan: { ...plan, environment, tests }, reason }
}

/** Commands that need no folder of their own have none, whatever their test is called. What is in the sources is not there yet. */
const inItsFolder = async (test: TmtTest, tree: string, sourceIn: string | null): Promise<TmtTest> =>
  test.folder === `tests${test.name}` &&
  !(sourceIn !== null && `${test.folder}/`.startsWith(`${sourceIn}/`)) &&
  (await fileEntry(tree, test.folder, 0)) === null
    ? { ...test, folder: 'tests' }
    : test

/** With the variables of its files, which come after its own. */
async function withFiles(plan: TmtPlan, tree: string): Promise<PlanAnswer> {
  let environment: Readonly<Record<string, string>> = {}
  for (const path of plan.environmentFiles) {
    const entry = await fileEntry(tree, path, limits.manifestBytes)
    const { text } = entry ? textOf(entry, path) : { text: null }
    const found = text === null ? null : readEnvironmentFile(path, text)
    if (!found)
      return { plan: null, reason: `its file of variables, ${path}, is not there or cannot be read` }
    environment = { ...environment, ...found }
  }
  return { plan: { ...plan, environment: { ...environment, ...plan.environment } }, reason: null }
}
