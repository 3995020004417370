/** The guests that tests boot: made once, natively, and kept in data/ below the checkout. */
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../../runner/command.ts'
import { build, readRecipe, recipeDigest, type Built } from '../../runner/image-recipe.ts'
import { imageStore, type Image, type ImageStore } from '../../runner/images.ts'
import type { ImageFacts } from '../../schemas/types.gen.ts'
import { codeOf, kept, testData } from './kept.ts'
import { packageArchive, sourceLine } from './package-archive.ts'
import { knowOnly } from './small-lists.ts'

/** Data folder of test machines: the accelerator that was found once is remembered in it, and templates are kept. */
export const testMachineData = join(testData, 'test-machines')

/** The store of images as they are built from the host's sources. */
const stock = join(testData, 'test-images')
/** The store of images that know no archive but the tests' own. */
export const guestsFolder = join(testData, 'test-guests')

/**
 * For kernels of guests: programs lie where they lay before. Emulators translate them anew wherever they lie, which takes most
 * of the time of whatever starts many, as package managers do. A test of randomness switches it on in its machine.
 */
export const sameAddresses = 'norandmaps'

/** A store that holds the image `tiny` as the product builds it from the host's sources. It takes half a minute, once. */
export async function stockImage(): Promise<ImageStore> {
  const images = imageStore(stock)
  await images.build('tiny', () => undefined)
  return images
}

/** A store that holds the image `tiny`, which is the same with the tests' own archive instead of the host's. */
export const tinyImage = (): Promise<ImageStore> => (tiny ??= makeTiny())
/** A store that holds the image `tools` too: Ansible, and what unpacks source packages. It takes a minute, once. */
export const toolsImage = (): Promise<ImageStore> => (tools ??= makeTools())
let tiny: Promise<ImageStore> | undefined
let tools: Promise<ImageStore> | undefined

const makeTiny = async (): Promise<ImageStore> => guest(await (await stockImage()).get('tiny'))

async function makeTools(): Promise<ImageStore> {
  const recipe = await readRecipe('tiny')
  const wanted = { ...recipe, name: 'tools', packages: [...recipe.packages, 'ansible-core', 'dpkg-dev'] }
  const from = [await recipeDigest('tiny'), ...wanted.packages]
  await kept(join(stock, 'tools'), from, async (target) => {
    await describe(target, { name: 'tools', ...(await build(wanted, target, () => undefined)) })
  })
  return guest(await imageStore(stock).get('tools'))
}

/** The same image in the store of guests, with the tests' archive instead of the host's. */
async function guest({ folder, facts }: Image): Promise<ImageStore> {
  const archive = await packageArchive()
  const [disk, ...parts] = [facts.disk.file, facts.kernel?.file ?? '', facts.kernel?.initrd ?? ''] as const
  const from = [facts.digest, archive.digest, ...(await codeOf('image', 'small-lists'))]
  await kept(join(guestsFolder, facts.name), from, async (target) => {
    for (const part of parts) await copyFile(join(folder, part), join(target, part))
    await knowOnly(archive, join(folder, disk), join(target, disk))
    await describe(target, { ...facts, sources: [sourceLine] })
  })
  return imageStore(guestsFolder)
}

async function describe(folder: string, known: Built & { name: string }): Promise<void> {
  const parts = [known.disk.file, known.kernel?.file ?? '', known.kernel?.initrd ?? '']
  const sum = await command('sh', ['-c', 'cat -- "$@" | sha256sum', 'sh', ...parts], { cwd: folder })
  const builtAt = new Date().toISOString()
  const kernel = known.kernel && { ...known.kernel, append: `${known.kernel.append} ${sameAddresses}` }
  const facts: ImageFacts = {
    ...known,
    ...(kernel && { kernel }),
    arch: 'x86_64',
    digest: sum.slice(0, 64),
    builtAt,
  }
  await writeFile(join(folder, 'image.json'), JSON.stringify(facts, null, 2) + '\n')
}
