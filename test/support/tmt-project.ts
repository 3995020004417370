/** Projects of tmt from the text of their files, and what a test mostly wants to know of them. */
import assert from 'node:assert/strict'
import type { Entry } from '../../core/formats/manifest-file.ts'
import { contextOf } from '../../core/formats/tmt/context.ts'
import { planIn, readTmt } from '../../core/formats/tmt/read-tmt.ts'
import { tmtEntries } from './entries.ts'

const repository = { namespace: 'rpms', name: 'hello' }
/** What a push of `files` declares. */
export const read = (files: Record<string, string | Entry>) => readTmt(tmtEntries(files), { repository })
/** The plan called `name` of `files`, for a build. */
export const plan = (files: Record<string, string>, name = '/plan', release = 'f40', arch = 'x86_64') => {
  const context = contextOf({ release, arch, package: 'rpms/hello', image: 'debian-12' })
  const answer = planIn(tmtEntries(files), name, context, (root) => ({ TMT_TREE: `/in/${root}` }))
  assert.ok(answer.plan, answer.reason ?? '')
  return answer.plan
}
/** Names of its tests, in their order. */
export const testNames = (...args: Parameters<typeof plan>): string[] =>
  plan(...args).tests.map(({ name }) => name)
/** Why the plan `text` is skipped. */
export const why = (text: string): string => {
  const { checks, skipped, faults } = read({ 'plan.fmf': text, 'main.fmf': '/t: {test: "true"}\n' })
  assert.deepEqual([checks, faults], [[], []])
  return skipped.map(({ reason }) => reason).join()
}
/** What a push of `text` beside a plan is refused for. */
export const fault = (text: string, file = 'plan.fmf'): string => {
  const { checks, faults } = read({ 'plan.fmf': 'discover: {how: fmf}\nexecute: {how: tmt}\n', [file]: text })
  assert.deepEqual(checks, [])
  return faults.map(({ file: where, line, message }) => `${where}:${line}: ${message}`).join('\n')
}
/** Where tests stand. */
export const tests = 'main.fmf'
/** A plan of all tests. */
export const all = 'discover: {how: fmf}\nexecute: {how: tmt}\n'
