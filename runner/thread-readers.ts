/** What a runner reads in threads of its own (read-strangers.ts): no other file imports it but for its types. */
export { planOf } from './guest/tmt-plan.ts'
export { readOutputs } from './outputs.ts'
