/** Folders that are made once and kept in data/: for later runs of the tests, and for all that run at the same time. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { command } from '../../runner/command.ts'
import { locked } from '../../runner/lock.ts'

/** Folder that later and parallel runs of the tests share; git ignores it. */
export const testData = fileURLToPath(new URL('../../../data/', import.meta.url))

/**
 * Sees that the folder is there and was made from what `madeFrom` says; else `make` makes it, beside its place. Others who want
 * the same wait for it.
 */
export async function kept(
  folder: string,
  madeFrom: readonly (string | Buffer)[],
  make: (target: string) => Promise<void>,
): Promise<void> {
  const hash = createHash('sha256')
  for (const part of madeFrom) hash.update(part).update('\0')
  const key = hash.digest('hex')
  const present = async (): Promise<boolean> =>
    (await readFile(join(folder, 'made-from'), 'utf8').catch(() => '')) === key
  if (await present()) return
  const [beside, name] = [dirname(folder), basename(folder)]
  await mkdir(beside, { recursive: true })
  await locked(join(beside, `.${name}.lock`), async () => {
    if (await present()) return
    for (const left of (await readdir(beside)).filter((entry) => entry.startsWith(`.new-${name}-`)))
      await rm(join(beside, left), { recursive: true, force: true })
    const target = await mkdtemp(join(beside, `.new-${name}-`))
    try {
      await make(target)
      await writeFile(join(target, 'made-from'), key)
      await command('chmod', ['-R', 'a+rX', target])
      await rm(folder, { recursive: true, force: true })
      await rename(target, folder)
    } finally {
      await rm(target, { recursive: true, force: true })
    }
  })
}

/** The compiled code of modules beside this one, as part of what something is made from. */
export const codeOf = (...names: string[]): Promise<Buffer[]> =>
  Promise.all(names.map((name) => readFile(fileURLToPath(new URL(`${name}.js`, import.meta.url)))))
