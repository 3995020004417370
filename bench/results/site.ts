/** Results as a distribution's site has them: a few hundred testcases, many builds, five data pairs each, over half a year. */
import { random, skewed } from '../random.ts'
import type { NewRecord } from '../../server/store/resultsdb-write.ts'

const packages = 25_000
const testcases = 300
const perBuild = 20
const half = 182 * 86_400
const architectures = ['x86_64', 'aarch64', 'ppc64le', 's390x']
const scenarios = ['bios', 'uefi', 'container', 'cloud']
const releases = ['f40', 'f41', 'f42', 'rawhide']

export const end = Date.UTC(2026, 5, 30) * 1000

export const itemOf = (build: number): string => `package${skewed(build, packages)}-1.${build}-1.fc42`

export const testcaseName = (number: number): string => `dist.suite${number % 12}.check${number}`

/** The `at`th of `count` results, oldest first. */
export function resultAt(at: number, count: number): NewRecord {
  const build = Math.floor(at / perBuild)
  const number = skewed(at + 1, testcases)
  const module = random(at + 2) < 0.1
  const pick = <T>(values: readonly T[], seed: number): T => values[skewed(at + seed, values.length)] as T
  return {
    executionId: null,
    testcase: { name: testcaseName(number) },
    outcome: random(at + 3) < 0.05 ? 'FAILED' : random(at + 4) < 0.05 ? 'INFO' : 'PASSED',
    verdict: null,
    note: null,
    refUrl: `https://ci.example.org/${at}`,
    artifact: null,
    postedBy: null,
    submitTime: end - Math.round(((count - at) / count) * half * 1e6),
    groups: at % 4 === 0 ? [{ uuid: `00000000-0000-0000-0000-${String(build).padStart(12, '0')}` }] : [],
    pairs: [
      ['item', itemOf(build)],
      ['type', module ? 'redhat-module' : 'koji_build'],
      ['arch', pick(architectures, 5)],
      // What a testcase runs under is mostly its own affair.
      ['scenario', scenarios[number % 3] ?? ''],
      ['release', pick(releases, 7)],
    ],
  }
}
