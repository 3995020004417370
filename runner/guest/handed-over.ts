/** What only a check's tree and the build's artifacts say of what is to be done. */
import type { SourcePackage } from './source-package.ts'
import type { PlanAnswer } from './tmt-plan.ts'

export interface HandedOver {
  /** What there is to know of the tmt plan that the job is about, if it is. */
  answer: PlanAnswer | null
  /** The source package that the tests are part of, where the repository holds nothing else, or that the plan asks for. */
  source: SourcePackage | null
}
