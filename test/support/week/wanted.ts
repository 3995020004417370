/**
 * What people want to hear of a week, said once more and apart from what the product says: a maintainer wants to know when
 * a check of one of his packages says otherwise than before about the same release, or says at first that it is broken; in
 * the order in which all is known of each build, and of no build that is older than what he knows of already.
 */
import type { Notice } from '../../../core/messages/notice.ts'
import { ripeAt, shared, type Week, type WeekBuild } from './traffic.ts'

/** `package version check` of every execution that the week calls for. */
export const calledFor = ({ builds }: Week): string[] =>
  builds.flatMap(({ package: { name, checks }, version }) =>
    [...checks, shared].map((check) => `rpms/${name} ${version} ${check}`),
  )

/** What people were told, in the words of `wanted`. */
export const told = (notices: readonly Notice[]): string[] =>
  notices.flatMap(({ user, pieces }) =>
    pieces.map((piece) => `${user} ${piece.package} ${piece.version} ${piece.check}`),
  )

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
