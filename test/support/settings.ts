/** A settings file of a test's own. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../../schemas/types.gen.ts'

/** Writes `settings` into `folder` and returns the path of the file. JSON is YAML. */
export async function settingsFile(folder: string, settings: Settings): Promise<string> {
  const path = join(folder, 'settings.yaml')
  await writeFile(path, JSON.stringify(settings))
  return path
}
