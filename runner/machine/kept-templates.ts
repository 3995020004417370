/** The templates that lie on this host's disk: found, counted, and swept when nobody uses them. */
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { templateFiles } from './disks.ts'
import type { TemplateFacts } from './make-template.ts'
import { sweepMachines } from './sweep.ts'

/** What is kept: not what nobody used for two weeks, and not more than so much in all. */
const keep = { ms: 14 * 86_400_000, bytes: 16 * 2 ** 30 }
/** One that has a successor serves only those who hold it already. */
const succeededMs = 3_600_000

export interface Kept {
  path: string
  /** Template of the same key, an older one of which may still be in use. */
  key: string
  usedAt: number
  /** null: it cannot be read. */
  facts: TemplateFacts | null
}

/** The place of a new one; those of one key sort by their age. */
export const templatePlace = (folder: string, key: string): string =>
  join(folder, `${key}-${Date.now().toString(36)}`)

/** Where the newest template of that key lies, or null. */
export async function newestPlace(folder: string, key: string): Promise<string | null> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${key}-`)).sort()
  const name = names.at(-1)
  return name === undefined ? null : join(folder, name)
}

/** The one that was used last comes first. */
export async function keptTemplates(folder: string): Promise<Kept[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'))
  const kept = await Promise.all(names.map((name) => read(folder, name)))
  return kept.sort((one, other) => other.usedAt - one.usedAt)
}

/** Removes what nobody uses any more, and what dead runners left half made. Returns how many went. */
export async function sweepTemplates(folder: string): Promise<number> {
  let swept = await sweepMachines(folder, (name) => name.startsWith('.making-') || name.startsWith('.new-'))
  let total = 0
  for (const { path, key, usedAt, facts } of await keptTemplates(folder)) {
    total += facts?.bytes ?? 0
    const idle = Date.now() - usedAt
    const succeeded = idle > succeededMs && (await newestPlace(folder, key)) !== path
    if (!succeeded && idle <= keep.ms && total <= keep.bytes) continue
    await rm(path, { recursive: true, force: true })
    swept++
  }
  return swept
}

async function read(folder: string, name: string): Promise<Kept> {
  const path = join(folder, name)
  const file = join(path, templateFiles.facts)
  const key = name.split('-')[0] ?? name
  try {
    const facts = JSON.parse(await readFile(file, 'utf8')) as TemplateFacts
    return { path, key, usedAt: (await stat(file)).mtimeMs, facts }
  } catch {
    return { path, key, usedAt: 0, facts: null }
  }
}
