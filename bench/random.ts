/** Numbers that are the same at every run, so that what is measured is. */

/** From 0 to 1. */
export function random(seed: number): number {
  const mixed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) ^ Math.imul(seed + 0x9e37, 0x297a2d39)
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32
}

/** A whole number below `most`, small ones most often: few get most, as packages are built. */
export const skewed = (seed: number, most: number): number => Math.floor(most * random(seed) ** 3)
