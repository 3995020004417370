/** Copies of the templates that all suites share, for those that spoil, renew or count them. */
import { mkdir } from 'node:fs/promises'
import { command } from '../../runner/command.ts'
import { keptTemplates } from '../../runner/machine/kept-templates.ts'
import type { TemplateFacts } from '../../runner/machine/make-template.ts'
import { sharedTemplates } from './home.ts'
import { tinyImage } from './image.ts'

/** That of the plain machine, with or without a network; where there is none yet, whoever needs one makes it. */
export async function copyTemplates(into: string, lists: TemplateFacts['lists']): Promise<void> {
  await mkdir(into, { recursive: true, mode: 0o711 })
  const { digest } = (await (await tinyImage()).get('tiny')).facts
  // Those of former days lie there until nobody has used them for a while.
  const usual = (await keptTemplates(sharedTemplates)).filter(
    ({ facts }) =>
      facts?.imageDigest === digest && facts.memoryMiB === 256 && facts.cpus === 1 && facts.lists === lists,
  )
  const newest = usual.sort((one, other) =>
    (one.facts?.madeAt ?? '') < (other.facts?.madeAt ?? '') ? 1 : -1,
  )[0]
  if (newest) await command('cp', ['--archive', '--sparse=always', newest.path, into])
}
