/** The guests that tests boot: made once, natively, and kept in data/ below the checkout. */
import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { command } from '../../runner/command.ts'
import { build, readRecipe, recipeDigest, type Built } from '../../runner/image-recipe.ts'
import { imageStore, type ImageStore } from '../../runner/images.ts'
import type { ImageFacts } from '../../schemas/types.gen.ts'
import { codeOf, kept, testData } from './kept.ts'
import { packageArchive, sourceLine } from './package-archive.ts'
import { knowOnly } from './small-lists.ts'

/** Data folder of test machines: the accelerator that was found once is remembered in it, and templates are kept. */
export const testMachineData = join(testData, 'test-machines')

/** The store of images that know no archive but the tests' own. */
export const guestsFolder = join(testData, 'test-guests')

/** A store that holds the image `tiny` as the product builds it from the host's sources. It takes half a minute, once. */
export async function stockImage(): Promise<ImageStore> {
  const images = imageStore(join(testData, 'test-images'))
  await images.build('tiny', () => undefined)
  return images
}

/** A store that holds the image `tiny`, which is the same with the tests' own archive instead of the host's. */
export const tinyImage = (): Promise<ImageStore> => (tiny ??= makeTiny())
/** A store that holds the image `tools` too: Ansible, and what unpacks source packages. It takes a minute, once. */
export const toolsImage = (): Promise<ImageStore> => (tools ??= makeTools())
let tiny: Promise<ImageStore> | undefined
let tools: Promise<ImageStore> | undefined

async function makeTiny(): Promise<ImageStore> {
  const { folder, facts } = await (await stockImage()).get('tiny')
  return guest('tiny', [facts.digest], async (target) => {
    for (const part of [facts.kernel?.file ?? '', facts.kernel?.initrd ?? ''])
      await copyFile(join(folder, part), join(target, part))
    return { facts, disk: join(folder, facts.disk.file) }
  })
}

async function makeTools(): Promise<ImageStore> {
  const recipe = await readRecipe('tiny')
  const wanted = { ...recipe, name: 'tools', packages: [...recipe.packages, 'ansible-core', 'dpkg-dev'] }
  return guest('tools', [await recipeDigest('tiny'), ...wanted.packages], async (target) => {
    const facts = await build(wanted, target, () => undefined)
    const disk = join(target, 'whole.qcow2')
    await rename(join(target, facts.disk.file), disk)
    return { facts, disk }
  })
}

/** What is known of it so far, and its disk, which knows the host's archive and not the tests' own. */
type Whole = (target: string) => Promise<{ facts: Built; disk: string }>

/** The image in the store of guests, made from `madeFrom` unless it is there. */
async function guest(name: string, madeFrom: readonly string[], make: Whole): Promise<ImageStore> {
  const archive = await packageArchive()
  const from = [...madeFrom, await readFile(archive.keyring), ...(await codeOf('image', 'small-lists'))]
  await kept(join(guestsFolder, name), from, async (target) => {
    const { facts, disk } = await make(target)
    await knowOnly(archive, disk, join(target, facts.disk.file))
    if (dirname(disk) === target) await rm(disk)
    await describe(target, { ...facts, name, sources: [sourceLine] })
  })
  return imageStore(guestsFolder)
}

async function describe(folder: string, known: Built & { name: string }): Promise<void> {
  const parts = [known.disk.file, known.kernel?.file ?? '', known.kernel?.initrd ?? '']
  const sum = await command('sh', ['-c', 'cat -- "$@" | sha256sum', 'sh', ...parts], { cwd: folder })
  const builtAt = new Date().toISOString()
  const facts: ImageFacts = { ...known, arch: 'x86_64', digest: sum.slice(0, 64), builtAt }
  await writeFile(join(folder, 'image.json'), JSON.stringify(facts, null, 2) + '\n')
}
