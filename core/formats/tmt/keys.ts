/** Keys that tmt knows, for those that are nearly right. Others are left in peace: fmf lets everybody have their own. Pure. */
import { didYouMean } from '../did-you-mean.ts'
import type { Data } from '../fmf/merge.ts'

/** tmt's specification, L0: what everything may have. */
const common = [
  ...[
    'summary',
    'description',
    'contact',
    'author',
    'enabled',
    'order',
    'id',
    'tag',
    'tier',
    'link',
    'adjust',
  ],
  ...['component', 'environment', 'relevancy', 'select', 'inherit'],
]

export const testKeys: readonly string[] = [
  ...common,
  ...[
    'test',
    'framework',
    'require',
    'recommend',
    'duration',
    'path',
    'manual',
    'tty',
    'check',
    'result',
    'where',
  ],
  ...['restart-on-exit-code', 'restart-max-count', 'restart-with-reboot'],
]

export const planKeys: readonly string[] = [
  ...common,
  ...[
    'discover',
    'provision',
    'prepare',
    'execute',
    'finish',
    'report',
    'cleanup',
    'login',
    'context',
    'gate',
  ],
  ...['environment-file', 'environment-plan', 'ansible', 'plan'],
]

/** A note on each key of `data` that is a slip of the fingers away from one of `known`. */
export const slips = (data: Data, known: readonly string[]): string[] =>
  Object.keys(data)
    .filter((key) => !known.includes(key) && !key.startsWith('extra-'))
    .flatMap((key) => {
      const meant = didYouMean(key, known)
      return meant === null ? [] : [`tmt does not know its key ${key}: is ${meant} meant?`]
    })
