/** Generated from schemas/*.schema.json by `npm run schemas`. Do not edit. */

/**
 * One line that the agent inside a machine says on its control port. The machine may be hostile: all is bounded.
 */
export type AgentMessage =
  AgentReady | AgentWarm | AgentBegun | AgentStarted | AgentExited | AgentReboot | AgentCollected | AgentBeat
/**
 * How the check speaks: exit (0 pass, 77 skip, else fail), tap, {junit: PATH} or {results: PATH}.
 */
export type ResultsForm =
  | ('exit' | 'tap')
  | {
      junit: string
    }
  | {
      results: string
    }

export interface EveryShape {
  AgentMessage?: AgentMessage
  BuildData?: BuildData
  Claim?: Claim
  Environment?: Environment
  Hello?: Hello
  ImageFacts?: ImageFacts
  Job?: Job
  Manifest?: Manifest
  Push?: Push
  Report?: Report
  CheckResult?: CheckResult
  ResultsdbGroup?: ResultsdbGroup
  ResultsdbResult?: ResultsdbResult
  ResultsdbTestcase?: ResultsdbTestcase
  Settings?: Settings
  StepBegun?: StepBegun
  Work?: Work
}
export interface AgentReady {
  say: 'ready'
  boot: number
}
export interface AgentWarm {
  say: 'warm'
  /**
   * Whether lists of packages were fetched; not said where there is nothing to fetch any with.
   */
  lists?: 'fetched' | 'missed'
}
/**
 * The machine is its own: clock, randomness and names, and what was handed over is in place.
 */
export interface AgentBegun {
  say: 'begun'
}
export interface AgentStarted {
  say: 'started'
  phase: 'prepare' | 'check'
}
export interface AgentExited {
  say: 'exited'
  phase: 'prepare' | 'check'
  code: number
  /**
   * Bytes of output sent on the log port: the host waits for them.
   */
  bytes: number
}
export interface AgentReboot {
  say: 'reboot'
  mark: string
}
export interface AgentCollected {
  say: 'collected'
  files: number
  dropped: number
}
export interface AgentBeat {
  say: 'beat'
}
/**
 * The data of a CloudEvent of type dev.assay.build.completed.v1: a completed build of a package.
 */
export interface BuildData {
  /**
   * namespace/name
   */
  package: string
  /**
   * What the build is for: bookworm, sid, f44.
   */
  release: string
  /**
   * Debian version or version-release.
   */
  version: string
  /**
   * As the kernel names them; default: x86_64.
   *
   * @minItems 1
   * @maxItems 20
   */
  architectures?: string[]
  /**
   * @maxItems 500
   */
  artifacts?: BuildArtifact[]
  /**
   * A page about the build at its build system.
   */
  origin?: string
}
export interface BuildArtifact {
  /**
   * File name inside the machine.
   */
  name: string
  /**
   * Where runners fetch it: http or https only.
   */
  url: string
  sha256: string
  /**
   * Bytes.
   */
  size?: number
}
/**
 * Who takes an execution: a runner, and which process of it.
 */
export interface Claim {
  /**
   * Stable id of the runner.
   */
  runner: string
  /**
   * This process of it.
   */
  instance: string
}
/**
 * The environment variables that configure Assay. Unknown ASSAY_* names are refused.
 */
export interface Environment {
  /**
   * Folder of everything.
   */
  ASSAY_DATA?: string
  /**
   * host:port to listen on; port 0 picks a free one.
   */
  ASSAY_LISTEN?: string
  /**
   * Public base address, without a slash at its end.
   */
  ASSAY_URL?: string
  /**
   * postgres://… ; default: SQLite in ASSAY_DATA.
   */
  DATABASE_URL?: string
  /**
   * redis://host:port/db or unix:/path; default: a private server in ASSAY_DATA.
   */
  REDIS_URL?: string
  /**
   * amqp://user:password@host/vhost: the broker where the settings file names no other.
   */
  AMQP_URL?: string
  /**
   * Address of the server, for the command line and runners.
   */
  ASSAY_SERVER?: string
  ASSAY_TOKEN?: string
  /**
   * The site's default image.
   */
  ASSAY_IMAGE?: string
  /**
   * Machines that one runner keeps busy at a time.
   */
  ASSAY_RUNNERS?: string
  /**
   * yes: checks may ask for network: internet.
   */
  ASSAY_INTERNET?: 'yes' | 'no'
  /**
   * Folder for the frozen machines that others are cloned from, a tmpfs for example; default: runner/templates in the data folder.
   */
  ASSAY_TEMPLATES?: string
  /**
   * Host names that machines may fetch packages from, separated by commas; default: the host's own package sources.
   */
  ASSAY_MIRRORS?: string
  /**
   * Who may post results of other systems: holders of a token of scope results, or everybody.
   */
  ASSAY_RESULTS_POST?: 'token' | 'open'
  /**
   * Outcomes that may be posted beside PASSED, INFO, FAILED and NEEDS_INSPECTION, separated by commas.
   */
  ASSAY_RESULTS_OUTCOMES?: string
  /**
   * The site's settings file, YAML (schemas/settings.schema.json): listeners, publishers and all else that the environment is too flat for.
   */
  ASSAY_SETTINGS?: string
  /**
   * How much the service logs.
   */
  ASSAY_LOG?: 'debug' | 'info' | 'warn' | 'error' | 'silent'
}
/**
 * What a runner tells the server at its start and once a minute: who it is and what it can do.
 */
export interface Hello {
  /**
   * Stable id of the runner.
   */
  runner: string
  /**
   * This process of it.
   */
  instance: string
  accelerator: 'kvm' | 'tcg' | null
  /**
   * As the kernel names them.
   *
   * @maxItems 20
   */
  architectures: string[]
  /**
   * @maxItems 500
   */
  images: string[]
  qemu: string
}
/**
 * image.json beside an image's disk: what it is, how it boots, and what it was made from.
 */
export interface ImageFacts {
  name: string
  arch: string
  /**
   * sha256 over disk, kernel and initrd: the image's identity.
   */
  digest: string
  disk: ImageDisk
  kernel?: ImageKernel
  /**
   * sha256 of the recipe that made it; absent when imported.
   */
  recipe?: string
  builtAt: string
  /**
   * The lines of the package sources it was installed from; absent when imported.
   */
  sources?: string[]
  /**
   * What is installed: `name=version sha256:…` of each package, as the signed package lists have it.
   */
  packages: string[]
}
export interface ImageDisk {
  file: string
  format: 'raw' | 'qcow2'
}
/**
 * Absent: boots from its own disk.
 */
export interface ImageKernel {
  file: string
  initrd: string
  append: string
}
/**
 * Everything a runner needs to run one attempt of one execution. Answer to a claim; `assay run` makes its own.
 */
export interface Job {
  execution: string
  /**
   * Counts claims; only the newest may report.
   */
  attempt: number
  /**
   * Proves to the server that a request comes from the owner of this attempt.
   */
  fence: string
  arch: string
  check: JobCheck
  build: JobBuild
}
export interface JobCheck {
  name: string
  /**
   * namespace/name of the check repository.
   */
  repository: string
  /**
   * 40 hex digits, or `working-tree` for a run at home.
   */
  commit: string
  run: string
  image: string
  install: boolean
  packages: string[]
  network: 'none' | 'mirror' | 'internet'
  timeoutSeconds: number
  memoryMiB: number
  cpus: number
  diskMiB: number
  results: ResultsForm
  dep8?: Dep8
}
/**
 * Of a test of DEP-8: how autopkgtest would run it. `run` is its command, or the path of its file.
 */
export interface Dep8 {
  kind: 'file' | 'command'
  user: 'root' | 'normal' | 'sudo'
  allowStderr: boolean
  /**
   * What must be installed, in dpkg's words; @ is every package of the build.
   */
  depends: string
}
export interface JobBuild {
  package: string
  release: string
  version: string
  artifacts: BuildArtifact[]
}
/**
 * checks.yaml at the root of a check repository: the native way to declare checks.
 */
export interface Manifest {
  /**
   * The checks, by name.
   */
  checks: {
    [k: string]: ManifestCheck
  }
}
export interface ManifestCheck {
  /**
   * One line, shown on pages.
   */
  summary?: string
  /**
   * A shell command, run in the check repository's tree.
   */
  run: string
  /**
   * Image to run in; default: the site's image for the build's release.
   */
  image?: string
  /**
   * Install the build's packages first.
   */
  install?: boolean
  /**
   * More packages to install from the distribution.
   *
   * @maxItems 200
   */
  packages?: string[]
  /**
   * `build`, or a CloudEvents filter: attributes that must match exactly.
   */
  on?:
    | 'build'
    | {
        [k: string]: string
      }
  /**
   * Packages checked; default: the repository's own. Globs only in shared namespaces.
   *
   * @minItems 1
   * @maxItems 500
   */
  for?: string[]
  /**
   * Architectures to run on; default: each of the build that the site can run.
   *
   * @minItems 1
   * @maxItems 20
   */
  arch?: string[]
  /**
   * How long the check may run: 90s, 10m, 2h.
   */
  timeout?: string
  network?: 'none' | 'mirror' | 'internet'
  /**
   * Memory of the machine: 512M, 2G.
   */
  memory?: string
  cpus?: number
  /**
   * Room on the machine's disk: 4G.
   */
  disk?: string
  results?: ResultsForm
}
/**
 * What post-receive tells the server: the refs that a push moved.
 */
export interface Push {
  repository: string
  user?: string
  /**
   * @maxItems 10000
   */
  updates: RefUpdate[]
}
export interface RefUpdate {
  ref: string
  before: string
  after: string
}
/**
 * How one attempt ended: what a runner tells the server, once the machine is gone.
 */
export interface Report {
  ending: Ending
  machine: MachineFacts
  /**
   * @maxItems 5000
   */
  results: CheckResult[]
  /**
   * What was left out or cut, for the execution's page.
   *
   * @maxItems 100
   */
  notes: string[]
}
export interface Ending {
  /**
   * How far it came. `check` begins with the check's first instruction.
   */
  phase: 'fetch' | 'boot' | 'prepare' | 'check' | 'collect'
  /**
   * `exited` has an exit code; all others are reasons.
   */
  how:
    | 'exited'
    | 'timeout'
    | 'guest_panic'
    | 'guest_poweroff'
    | 'guest_reset'
    | 'guest_hang'
    | 'boot_timeout'
    | 'machine_error'
    | 'log_limit'
    | 'disk_limit'
    | 'artifact_unavailable'
    | 'artifact_mismatch'
    | 'image_unavailable'
    | 'bad_check'
    | 'not_installable'
    | 'mirror_unreachable'
    | 'cancelled'
    | 'handed_back'
  exitCode?: number
  /**
   * One sentence for people.
   */
  detail?: string
}
export interface MachineFacts {
  image: string
  imageDigest?: string
  accelerator?: 'kvm' | 'tcg'
  qemu?: string
  /**
   * How it came to be: booted, cloned from a template, or a clone that was waiting.
   */
  start?: 'boot' | 'clone' | 'pool'
  /**
   * Why it was booted where a clone was wanted.
   *
   * @maxItems 10
   */
  notes?: string[]
  /**
   * The console's last lines, when the machine did not end well.
   */
  console?: string
}
/**
 * One verdict on one testcase: a line of $ASSAY_RESULTS, as assay-result writes it.
 */
export interface CheckResult {
  name: string
  outcome: 'passed' | 'failed' | 'info' | 'needs_inspection' | 'skipped'
  note?: string
  /**
   * Path of a file inside $ASSAY_ARTIFACTS.
   */
  artifact?: string
  data?: {
    [k: string]: string
  }
}
/**
 * A group of results as ResultsDB's API v2.0 shows it. The results of an execution are the group of its UUID.
 */
export interface ResultsdbGroup {
  description: string | null
  href: string
  ref_url: string | null
  /**
   * Address of its results.
   */
  results: string
  results_count: number
  uuid: string
}
/**
 * A result as ResultsDB's API v2.0 shows it.
 */
export interface ResultsdbResult {
  data: {
    [k: string]: string[]
  }
  /**
   * Their UUIDs.
   */
  groups: string[]
  href: string
  id: number
  note: string | null
  outcome: string
  ref_url: string | null
  /**
   * In UTC, without a zone; the fraction is left out where it is 0.
   */
  submit_time: string
  testcase: ResultsdbTestcase
}
/**
 * A testcase as ResultsDB's API v2.0 shows it.
 */
export interface ResultsdbTestcase {
  href: string
  name: string
  ref_url: string | null
}
/**
 * The site's settings file: what the environment is too flat for. Each part belongs to one capability; a part that is absent is switched off.
 */
export interface Settings {}
/**
 * How far an attempt has come, and on what machine once that is known.
 */
export interface StepBegun {
  step: 'fetching' | 'booting' | 'installing' | 'running' | 'collecting' | 'reporting'
  machine?: MachineFacts
}
/**
 * What travels through the queue: a pointer to an execution. The server's row is the truth.
 */
export interface Work {
  execution: string
}
