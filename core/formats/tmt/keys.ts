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

const ofEveryPhase = ['how', 'name', 'order', 'summary', 'where', 'when']

/** Keys of the phases of each step that is done here, whatever their method. */
const phaseKeys: Readonly<Record<string, readonly string[]>> = {
  discover: [
    ...ofEveryPhase,
    ...[
      'url',
      'url-content-type',
      'ref',
      'path',
      'test',
      'tests',
      'require-test',
      'link',
      'filter',
      'include',
    ],
    ...['exclude', 'prune', 'fmf-id', 'modified-only', 'modified-url', 'modified-ref', 'sync-repo'],
    ...['adjust-tests', 'keep-git-metadata', 'repository', 'revision', 'dist-git-source', 'dist-git-type'],
    ...[
      'dist-git-extract',
      'dist-git-init',
      'dist-git-merge',
      'dist-git-remove-fmf-root',
      'dist-git-require',
    ],
    ...['dist-git-download-only', 'dist-git-install-builddeps'],
  ],
  prepare: [
    ...ofEveryPhase,
    ...[
      'script',
      'url',
      'ref',
      'package',
      'exclude',
      'missing',
      'copr',
      'directory',
      'check-first',
      'playbook',
    ],
    ...[
      'extra-args',
      'verify',
      'provide',
      'default-repository-priority',
      'errata',
      'force-dist',
      'force-arch',
    ],
    ...['no-filter', 'epel', 'crb', 'profile', 'fips'],
  ],
  execute: [
    ...ofEveryPhase,
    ...['exit-first', 'ignore-duration', 'restraint-compatible', 'script', 'duration', 'exclude', 'filter'],
    ...['ref', 'skip-tests-before', 'skip-tests-after', 'test', 'tests', 'upgrade-path', 'url'],
  ],
  finish: [...ofEveryPhase, ...['script', 'url', 'ref', 'playbook', 'extra-args']],
}

/** What tmt would do for a key of a phase, and nobody does here. */
const passedOver: Readonly<Record<string, readonly string[]>> = {
  execute: ['ignore-duration', 'restraint-compatible'],
}

/** Notes on keys of the phases of a plan that are nearly right, or that are passed over. */
export const phaseSlips = (phasesOf: (step: string) => readonly Data[]): string[] =>
  Object.entries(phaseKeys).flatMap(([step, known]) =>
    phasesOf(step).flatMap((phase) => [
      ...slips(phase, known).map((slip) => `${step}: ${slip}`),
      ...(passedOver[step] ?? [])
        .filter((key) => ![undefined, null, false].includes(phase[key] as undefined))
        .map((key) => `${step}: its key ${key} is passed over here`),
    ]),
  )

/** A note on each key of `data` that is a slip of the fingers away from one of `known`. */
export const slips = (data: Data, known: readonly string[]): string[] =>
  Object.keys(data)
    .filter((key) => !known.includes(key) && !key.startsWith('extra-'))
    .flatMap((key) => {
      const meant = didYouMean(key, known)
      return meant === null ? [] : [`tmt does not know its key ${key}: is ${meant} meant?`]
    })
