/** Files that others may be reading while they change. */
import { randomUUID } from 'node:crypto'
import { chmod, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** It appears whole or not at all; until then, and when we die over it, there is a file whose name begins with a dot. */
export async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const draft = join(dirname(path), `.new-${randomUUID()}`)
  await writeFile(draft, text)
  await chmod(draft, mode)
  await rename(draft, path)
}
