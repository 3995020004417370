/**
 * A playbook with steps of its own is Ansible's to run, in the machine: as a plan of one test, which is the playbook. What it
 * writes down of its parts (results.yml) becomes parts of that test. Pure.
 */
import { isData, type Data } from '../fmf/merge.ts'
import type { TmtTest } from '../tmt/test.ts'

/** Ansible without its collections, as Debian and Fedora call the package. */
const ansible = 'ansible-core'

const settings: Readonly<Record<string, string>> = {
  ANSIBLE_NOCOLOR: '1',
  ANSIBLE_NOCOWS: '1',
  ANSIBLE_RETRY_FILES_ENABLED: '0',
  ANSIBLE_LOCALHOST_WARNING: '0',
  ANSIBLE_DEPRECATION_WARNINGS: '0',
}

const deepest = 20

/** Steps of the play's own; null: it has none. */
export const stepsOf = (play: Data): string | null =>
  ['tasks', 'pre_tasks', 'post_tasks'].find((key) => play[key] !== undefined) ?? null

/** The standard role that `steps` take in, however deep in blocks; null: none. */
export function standardRoleIn(steps: unknown, depth = 0): string | null {
  if (depth > deepest) return null
  if (Array.isArray(steps)) return first(steps.map((step) => standardRoleIn(step, depth + 1)))
  if (!isData(steps)) return null
  const taken = ['import_role', 'include_role'].map((key) => steps[key] ?? steps[`ansible.builtin.${key}`])
  const names = taken.map((role) => (isData(role) && typeof role['name'] === 'string' ? role['name'] : ''))
  return (
    names.find((name) => name.startsWith('standard-test-')) ??
    first(['block', 'rescue', 'always'].map((key) => standardRoleIn(steps[key], depth + 1)))
  )
}

const first = (found: readonly (string | null)[]): string | null => found.find((one) => one !== null) ?? null

/** The test that the playbook at `path`, below tests/, is. Plays without a tag are for every kind of machine, as roles are. */
export const wholePlaybook = (path: string, durationSeconds: number): TmtTest => ({
  name: '/playbook',
  skip: null,
  command:
    'exec ansible-playbook --inventory localhost, --connection local --tags classic,untagged "$ASSAY_PLAYBOOK"',
  framework: 'ansible',
  folder: 'tests',
  environment: { ...settings, ASSAY_PLAYBOOK: path.replace(/^tests\//, '') },
  durationSeconds,
  result: 'respect',
  restart: { codes: [], most: 1, reboots: false },
  packages: [],
  recommended: [ansible],
  ...{ files: [], saves: [], dmesg: null, wants: [], wishes: [], libraries: {}, tree: '' },
  notes: ['it has steps of its own: it is skipped where its machine has no Ansible and can install none'],
})
