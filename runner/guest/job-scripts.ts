/** The two scripts that the agent runs: preparation and the check, each with its environment. Pure. */
import type { Job } from '../../schemas/types.gen.ts'
import { guest } from './paths.ts'

/** How preparation says why it failed: exit codes of guest/install-packages. */
export const installEndings = {
  10: 'not_installable',
  11: 'bad_check',
  12: 'mirror_unreachable',
} as const

/** Where the runner's proxy towards mirrors is, seen from inside a machine. */
const proxy = 'http://10.0.2.2:3128'
const proxyVariables = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']

const path = `${guest.commands}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`

const debianArchitectures: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  i686: 'i386',
  armv7l: 'armhf',
  ppc64le: 'ppc64el',
}

/** Names of the build's artifacts that are to be installed on the job's architecture. */
export function debsToInstall({ arch, check, build }: Job): string[] {
  if (!check.install) return []
  const wanted = [debianArchitectures[arch] ?? arch, 'all']
  return build.artifacts
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.deb') && !name.includes('-dbgsym_'))
    .filter((name) => wanted.includes(/_([a-z0-9-]+)\.deb$/.exec(name)?.[1] ?? 'all'))
}

/** Whether there is anything to install, for which the machine then needs the mirror. */
export const needsPreparation = (job: Job): boolean =>
  debsToInstall(job).length > 0 || job.check.packages.length > 0

/** Installs what is to be installed; exits with one of `installEndings` where that fails. */
export function prepareScript(job: Job): string {
  const debs = debsToInstall(job).map((name) => `${guest.input}/build/${name}`)
  const words = [String(debs.length), ...debs, ...job.check.packages]
  return script(environment(job, { proxied: true }), [
    `exec /bin/sh ${guest.input}/job/install-packages ${words.map(quote).join(' ')}`,
  ])
}

/** The check's own command, in its writable tree. */
export function checkScript(job: Job): string {
  return script(environment(job, { proxied: job.check.network === 'mirror' }), [
    // assay-reboot ends the session of the check through it.
    'export ASSAY_SESSION=$$',
    `cd ${quote(guest.tree)} || exit 1`,
    `exec /bin/sh -c ${quote(job.check.run)}`,
  ])
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
    ...(proxied && Object.fromEntries(proxyVariables.map((name) => [name, proxy]))),
  }
}

const script = (variables: Readonly<Record<string, string>>, lines: readonly string[]): string =>
  [
    '#!/bin/sh',
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}`),
    ...lines,
    '',
  ].join('\n')

/** One word for the shell, whatever is in it. NUL cannot be in a word. */
export const quote = (text: string): string => `'${text.replaceAll('\0', '').replaceAll("'", `'\\''`)}'`
