/** The tiny guest that tests boot: built once by the product's own code, kept in data/ below the checkout. */
import { fileURLToPath } from 'node:url'
import { imageStore, type ImageStore } from '../../runner/images.ts'

/** Folder that later and parallel runs of the tests share; git ignores it. */
const shared = fileURLToPath(new URL('../../../data/', import.meta.url))

/** Data folder of test machines: the accelerator that was found once is remembered in it. */
export const testMachineData = `${shared}test-machines`

/** A store that holds the image `tiny`. The first call of all builds it, which takes half a minute. */
export async function tinyImage(): Promise<ImageStore> {
  const images = imageStore(`${shared}test-images`)
  await images.build('tiny', () => undefined)
  return images
}
