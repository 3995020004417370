/** Which image a check runs in that names none. */
import { matchesText } from './globs.ts'

/** By the first glob of `images` (release to image) that `release` matches; else the site's default. */
export const imageOf = (
  release: string,
  images: Readonly<Record<string, string>>,
  siteDefault: string,
): string => Object.entries(images).find(([glob]) => matchesText(release, glob))?.[1] ?? siteDefault
