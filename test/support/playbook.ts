/** Playbooks of the Standard Test Interface from their text, and what a test mostly wants to know of them. */
import assert from 'node:assert/strict'
import type { PlaybookReading } from '../../core/formats/sti/playbook.ts'
import { playbookIn } from '../../core/formats/sti/read-sti.ts'
import type { TmtPlan } from '../../core/formats/tmt/plan.ts'
import { openProject } from '../../core/formats/tmt/project.ts'
import type { Want } from '../../core/formats/tmt/sources.ts'
import { tmtEntries } from './entries.ts'

/** The plan that the playbook is. */
export const plan = (text: string): TmtPlan => {
  const { plan: found, reason } = read(text)
  assert.ok(found, reason ?? '')
  return found
}
/** Says of every source that it is not there. */
export const absent = ({ url }: { url: string }): string => `${url} is not there`
/** Reads the playbook in a repository with `files`. */
export const read = (
  text: string,
  want: Want = absent,
  files: Record<string, string> = {},
): PlaybookReading =>
  playbookIn('tests/tests.yml', text, { project: openProject(tmtEntries(files)), context: new Map(), want })
/** Why the playbook cannot be run. */
export const why = (text: string): string => read(text).reason ?? 'it is read'

/** A play with the basic role, and `rest` in that. */
export const basic = (rest: string): string =>
  `- hosts: localhost\n  roles:\n  - role: standard-test-basic\n    tags: [classic]\n${rest}`
