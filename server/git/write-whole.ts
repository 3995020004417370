/** Files that others may be reading while they change. */
import { randomUUID } from 'node:crypto'
import { chmod, rename, writeFile } from 'node:fs/promises'

/** It appears whole or not at all. */
export async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, text)
  await chmod(draft, mode)
  await rename(draft, path)
}
