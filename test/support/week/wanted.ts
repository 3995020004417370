/**
 * What people want to hear of a week, said once more and apart from what the product says: a maintainer wants to know when
 * a check of one of his packages says otherwise than before about the same release, or says at first that it is broken; in
 * the order in which all is known of each build, and of no build that is older than what he knows of already.
 */
import { ripeAt, type Week, type WeekBuild } from './traffic.ts'

/** `user package version check`, each once. */
export function wanted({ builds }: Week): Set<string> {
  const known = new Map<string, { verdict: string; number: number }>()
  const wants = new Set<string>()
  const inOrder = [...builds].sort((one, other) => ripeAt(one) - ripeAt(other))
  for (const build of inOrder)
    for (const [check, { verdict }] of build.says) {
      if (verdict === 'unjudged') continue
      const speaker = `${build.package.name} ${build.release} ${check}`
      const before = known.get(speaker)
      if (before && before.number > build.number) continue
      known.set(speaker, { verdict, number: build.number })
      if ((before?.verdict ?? 'holds') === verdict) continue
      for (const user of build.package.maintainers) wants.add(pieceName(user, build, check))
    }
  return wants
}

const pieceName = (user: string, { package: { name }, version }: WeekBuild, check: string): string =>
  `${user} rpms/${name} ${version} ${check}`
