/** The scripts that the agent runs: preparation, the check, and a person's terminal, each with its environment. Pure. */
import { dependsFor } from '../../core/formats/dep8-depends.ts'
import { debianArch } from '../../core/names.ts'
import type { Dep8, Job } from '../../schemas/types.gen.ts'
import { guest } from './paths.ts'
import { exportsOf, quote } from './shell.ts'
import type { HandedOver } from './handed-over.ts'
import type { SourcePackage } from './source-package.ts'
import { wantsSourceIn, type PlanAnswer } from './tmt-plan.ts'

/** How preparation says why it failed: exit codes of guest/install-packages. */
export const installEndings = {
  10: 'not_installable',
  11: 'bad_check',
  12: 'mirror_unreachable',
} as const

const proxyVariables = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']

const path = `${guest.commands}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`

/** Names of the build's artifacts that are to be installed on the job's architecture. */
export function debsToInstall({ arch, check, build }: Job): string[] {
  if (!check.install && !check.dep8) return []
  const wanted = [debianArch(arch), 'all']
  return build.artifacts
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.deb') && !name.includes('-dbgsym_'))
    .filter((name) => wanted.includes(/_([a-z0-9-]+)\.deb$/.exec(name)?.[1] ?? 'all'))
}

/** What is to be installed beside the build's packages, as it stands in what the check is about. */
const packagesOf = ({ check }: Job, { answer, source }: HandedOver): readonly string[] => [
  ...check.packages,
  ...(answer?.plan?.packages ?? []),
  ...(source ? [unpacker] : []),
]

/** Debian's package that unpacks source packages. */
const unpacker = 'dpkg-dev'

/** Whether there is anything to install, for which the machine then needs the mirror. */
export const needsPreparation = (job: Job, handed: HandedOver = nothing): boolean =>
  job.check.dep8
    ? dependsOf(job, job.check.dep8, handed.source) !== ''
    : (handed.answer === null || handed.answer.plan !== null) &&
      [...debsToInstall(job), ...packagesOf(job, handed), ...(handed.answer?.plan.recommended ?? [])].length >
        0

/** Nothing but what the job itself says. */
const nothing: HandedOver = { answer: null, source: null }

const dependsOf = ({ arch }: Job, { depends }: Dep8, source: SourcePackage | null): string =>
  dependsFor(
    source ? `${depends.replaceAll('@builddeps@', source.builtWith)}, ${unpacker}` : depends,
    debianArch(arch),
  )

/** Installs what is to be installed; exits with one of `installEndings` where that fails. */
export function prepareScript(job: Job, handed: HandedOver = nothing): string {
  const { answer, source } = handed
  const debs = debsToInstall(job).map((name) => `${guest.input}/build/${name}`)
  const words = job.check.dep8
    ? ['install-depends', dependsOf(job, job.check.dep8, source), ...debs]
    : ['install-packages', String(debs.length), ...debs, ...packagesOf(job, handed)]
  const recommended = answer?.plan?.recommended ?? []
  const programs = [
    words,
    ...(recommended.length > 0 ? [['install-recommended', ...recommended]] : []),
    ...(source ? [['unpack-source', `${guest.input}/source/${source.dsc}`, ...placeOf(answer)]] : []),
    ...(job.check.dep8?.build ? [['build-tree']] : []),
  ]
  return script(
    environment(job, { proxied: true }),
    programs.map((one, at) =>
      at + 1 < programs.length ? `${program(one)} || exit` : `exec ${program(one)}`,
    ),
  )
}

/** Where a plan wants the sources. Tests of DEP-8 are run in them. */
function placeOf(answer: PlanAnswer | null): string[] {
  const folder = wantsSourceIn(answer)
  return folder === null ? [] : [`${guest.tree}/${folder}`]
}

const program = ([name = '', ...words]: readonly string[]): string =>
  ['/bin/sh', `${guest.input}/job/${name}`, ...words.map(quote)].join(' ')

/** The check's own command, in its writable tree. */
export function checkScript(job: Job): string {
  return script(environment(job, { proxied: job.check.network === 'mirror' }), [
    // assay-reboot ends the session of the check through it.
    'export ASSAY_SESSION=$$',
    `cd ${quote(guest.tree)} || exit 1`,
    ...commandLines(job),
  ])
}

/** What a person finds who looks into the machine: what the check would, and how to run it. */
export function terminalScript(job: Job): string {
  const variables = environment(job, { proxied: job.check.network === 'mirror' })
  return script({ ...variables, TERM: 'xterm-256color' }, [
    `cd ${quote(guest.tree)}`,
    `echo 'Run the check: sh ${guest.input}/job/check'`,
    'if [ -x /bin/bash ]; then exec /bin/bash -i; fi',
    'exec /bin/sh -i',
  ])
}

/** What reports in a format of its own leaves a copy of its reports where the agent collects them. */
function commandLines({ arch, check }: Job): string[] {
  const { run, results, dep8, tmt, sti } = check
  const command = `/bin/sh -c ${quote(run)}`
  if (tmt ?? sti) return [`exec ${program(['run-tmt'])}`]
  if (dep8)
    return [
      `exec ${program([
        ...['run-dep8', dep8.user, dep8.kind, dep8.allowStderr ? 'allowed' : 'fails'],
        ...[debianArch(arch), String(check.cpus), run],
      ])}`,
    ]
  if (results === 'exit') return [`exec ${command}`]
  const folder = `mkdir -p ${guest.reports}`
  if (results === 'tap')
    return [folder, `exec perl ${guest.input}/job/watch-output ${guest.reports}/tap - ${command}`]
  const path = 'junit' in results ? results.junit : results.results
  return [
    ...[folder, command, 'code=$?', `path=${quote(path)}`, 'IFS=', 'number=100'],
    // Not in quotes: it may be a pattern for several files.
    'for file in $path; do',
    `  [ ! -f "$file" ] || cp -- "$file" ${guest.reports}/$number`,
    '  number=$((number + 1))',
    'done',
    'exit "$code"',
  ]
}

function environment({ execution, arch, build }: Job, { proxied }: { proxied: boolean }) {
  return {
    PATH: path,
    HOME: '/root',
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    ASSAY_EXECUTION: execution,
    ASSAY_PACKAGE: build.package,
    ASSAY_VERSION: build.version,
    ASSAY_RELEASE: build.release,
    ASSAY_ARCH: arch,
    ASSAY_BUILD: `${guest.input}/build`,
    ASSAY_ARTIFACTS: guest.artifacts,
    ASSAY_RESULTS: guest.results,
    ...(proxied && Object.fromEntries(proxyVariables.map((name) => [name, guest.proxy]))),
  }
}

const script = (variables: Readonly<Record<string, string>>, lines: readonly string[]): string =>
  ['#!/bin/sh\n', exportsOf(variables), ...lines.map((line) => `${line}\n`)].join('')
