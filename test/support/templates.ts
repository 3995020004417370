/** Copies of the templates that all suites share, for those that spoil, renew or count them. */
import { mkdir } from 'node:fs/promises'
import { command } from '../../runner/command.ts'
import { keptTemplates } from '../../runner/machine/kept-templates.ts'
import type { TemplateFacts } from '../../runner/machine/make-template.ts'
import { sharedTemplates } from './home.ts'

/** Those of the plain machine, with or without a network; where there is none yet, whoever needs one makes it. */
export async function copyTemplates(into: string, lists: TemplateFacts['lists']): Promise<void> {
  await mkdir(into, { recursive: true, mode: 0o711 })
  for (const { path, facts } of await keptTemplates(sharedTemplates))
    if (facts?.image === 'tiny' && facts.memoryMiB === 256 && facts.cpus === 1 && facts.lists === lists)
      await command('cp', ['--archive', '--sparse=always', path, into])
}
