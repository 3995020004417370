/** Writes a plan of tmt as the folder of small files that its driver in the machine, run-tmt, goes through. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TmtPlan } from '../../core/formats/tmt/plan.ts'
import type { TmtTest } from '../../core/formats/tmt/test.ts'
import { exportsOf, quote } from './shell.ts'

/** Throws what the file system throws. */
export async function writePlan(plan: TmtPlan, folder: string): Promise<void> {
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  await write('environment', exportsOf(plan.environment))
  await write('settings', assignments({ exit_first: plan.exitFirst ? 'yes' : '', root: plan.root }))
  for (const step of ['prepare', 'finish'] as const)
    for (const [at, command] of plan[step].entries()) await write(`${step}/${numbered(at)}`, `${command}\n`)
  for (const [at, test] of plan.tests.entries()) {
    if (test.skip !== null) continue
    const own = `tests/${numbered(at)}`
    await write(`${own}/settings`, settingsOf(test, at))
    await write(`${own}/environment`, exportsOf(test.environment))
    for (const list of ['files', 'saves'] as const)
      await write(`${own}/${list}`, test[list].map((path) => `${path}\n`).join(''))
    if (test.dmesg) await write(`${own}/dmesg`, test.dmesg.patterns.map((one) => `${one}\n`).join(''))
    await write(`${own}/test`, `${test.command}\n`)
    for (const [nick, library] of Object.entries(test.libraries))
      await write(`${own}/libraries/${nick}`, `${library}\n`)
  }
}

/** As the shell sorts them. */
const numbered = (at: number): string => String(at + 1).padStart(4, '0')

const settingsOf = (test: TmtTest, at: number): string =>
  assignments({
    number: String(at + 1),
    name: test.name,
    slug: test.name
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^-/, '')
      .slice(0, 100),
    folder: test.folder,
    tree: test.tree,
    framework: test.framework,
    duration: String(test.durationSeconds),
    restart_codes: test.restart.codes.join(' '),
    restart_most: String(test.restart.most),
    restart_reboots: test.restart.reboots ? 'yes' : '',
    is_expected_to_fail: ['xfail', 'custom', 'pass', 'info'].includes(test.result) ? 'yes' : '',
  })

const assignments = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${quote(value)}\n`)
    .join('')
