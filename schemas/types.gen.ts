/** Generated from schemas/*.schema.json by `npm run schemas`. Do not edit. */

/**
 * One line that the agent inside a machine says on its control port. The machine may be hostile: all is bounded.
 */
export type AgentMessage =
  | AgentReady
  | AgentWarm
  | AgentTime
  | AgentBegun
  | AgentStarted
  | AgentExited
  | AgentReboot
  | AgentCollected
  | AgentLeft
  | AgentBeat
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
/**
 * Architectures to run on; default: each of the build that the site can run.
 *
 * @minItems 1
 * @maxItems 20
 */
export type Arch = string[]

export interface EveryShape {
  AgentMessage?: AgentMessage
  ArtifactPublished?: ArtifactPublished
  BuildData?: BuildData
  BusHistory?: BusHistory
  Claim?: Claim
  Environment?: Environment
  CoprBuildEnd?: CoprBuildEnd
  Hello?: Hello
  ImageFacts?: ImageFacts
  Job?: Job
  KojiBuildChange?: KojiBuildChange
  KojiChecksums?: KojiChecksums
  KojiFiles?: KojiFiles
  Manifest?: Manifest
  ObsBuildSuccess?: ObsBuildSuccess
  Ownership?: Ownership
  PackageChange?: PackageChange
  Push?: Push
  ReaderChange?: ReaderChange
  Report?: Report
  CheckResult?: CheckResult
  ResultsdbGroup?: ResultsdbGroup
  ResultsdbResult?: ResultsdbResult
  ResultsdbTestcase?: ResultsdbTestcase
  Settings?: Settings
  StepBegun?: StepBegun
  UpstreamChange?: UpstreamChange
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
 * Asks for the host's time, which is answered at once.
 */
export interface AgentTime {
  say: 'time'
}
/**
 * The machine is its own: clock, randomness and names, and what was handed over is in place.
 */
export interface AgentBegun {
  say: 'begun'
  /**
   * By how much its clock may differ from the time that it was told.
   */
  clockErrorMs: number
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
/**
 * A person's terminal has ended.
 */
export interface AgentLeft {
  say: 'left'
  /**
   * Bytes shown in it: the host waits for them.
   */
  bytes: number
}
export interface AgentBeat {
  say: 'beat'
}
/**
 * As far as it matters here: the data of a CDEvent of type dev.cdevents.artifact.published.
 */
export interface ArtifactPublished {
  subject: PublishedArtifact
  /**
   * Where it is an object, its parts that a build has too say what the package URL cannot.
   */
  customData?:
    | {
        [k: string]: unknown
      }
    | string
    | unknown[]
    | number
    | boolean
    | null
  [k: string]: unknown
}
export interface PublishedArtifact {
  /**
   * A package URL.
   */
  id: string
  [k: string]: unknown
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
  subject?: BuildSubject
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
 * What results of the build are about, in ResultsDB's words; default: type koji_build (for a namespace but rpms: NAMESPACE_build), and item NAME-VERSION.
 */
export interface BuildSubject {
  /**
   * What kind of thing: copr_build.
   */
  type: string
  /**
   * Which one of its kind: 4533523:epel-8-x86_64.
   */
  item: string
}
/**
 * A page of what a bus carried, as datagrepper answers it.
 */
export interface BusHistory {
  pages: number
  /**
   * @maxItems 100
   */
  raw_messages: BusHistoryMessage[]
  [k: string]: unknown
}
export interface BusHistoryMessage {
  id: string
  topic: string
  headers?: {
    'sent-at'?: string
    [k: string]: unknown
  } | null
  body?: unknown
  msg?: unknown
  [k: string]: unknown
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
   * Machines that wait to be asked for, of each shape in demand.
   */
  ASSAY_POOL?: string
  /**
   * yes: checks may ask for network: internet.
   */
  ASSAY_INTERNET?: 'yes' | 'no'
  /**
   * How long a runner leaves the machine of a check that failed up, one at a time, for assay enter; default: not at all.
   */
  ASSAY_HOLD?: string
  /**
   * Folder for the frozen machines that others are cloned from, a tmpfs for example; default: runner/templates in the data folder.
   */
  ASSAY_TEMPLATES?: string
  /**
   * Host names that machines may fetch packages from, separated by commas; default: the host's own package sources.
   */
  ASSAY_MIRRORS?: string
  /**
   * Host names and addresses (globs) that the files of builds may be fetched from, separated by commas; default: whatever has a public address.
   */
  ASSAY_ARTIFACT_HOSTS?: string
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
 * The part of Copr's copr.build.end that Assay reads.
 */
export interface CoprBuildEnd {
  build: number
  chroot: string
  owner: string
  copr: string
  pkg: string
  version: string
  status: number
  user?: string | null
  [k: string]: unknown
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
  /**
   * Of the largest machine that its host can have. Absent: it does not say.
   */
  memoryMiB?: number
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
  limits: JobLimits
  check: JobCheck
  build: JobBuild
}
/**
 * How much of what the attempt leaves is kept.
 */
export interface JobLimits {
  logBytes: number
  /**
   * Of one file.
   */
  artifactBytes: number
  /**
   * Of all files together.
   */
  artifactsBytes: number
  /**
   * How many files.
   */
  artifacts: number
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
  tmt?: Tmt
  sti?: Sti
}
/**
 * Of a test of DEP-8: how autopkgtest would run it. `run` is its command, or the path of its file.
 */
export interface Dep8 {
  kind: 'file' | 'command'
  user: 'root' | 'normal' | 'sudo'
  allowStderr: boolean
  /**
   * The tree must be built before.
   */
  build?: boolean
  /**
   * The repository holds the tests alone: all else is the build's source package, where it has a .dsc.
   */
  source?: boolean
  /**
   * What must be installed, in dpkg's words; @ is every package of the build, @builddeps@ what the source package is built with.
   */
  depends: string
}
/**
 * Of a plan of tmt: its name in the tree, which the runner reads with all that it knows of the build.
 */
export interface Tmt {
  plan: string
}
/**
 * Of a playbook of the Standard Test Interface: its path in the tree, where the runner reads it.
 */
export interface Sti {
  playbook: string
}
export interface JobBuild {
  package: string
  release: string
  version: string
  artifacts: BuildArtifact[]
}
/**
 * The part of Koji's buildsys.build.state.change that Assay reads.
 */
export interface KojiBuildChange {
  build_id: number
  name: string
  version: string
  release: string
  epoch?: number | null
  attribute: string
  old?: number | null
  new: number
  instance: string
  owner?: string | null
  /**
   * @maxItems 20
   */
  request?: unknown[] | null
  url?: string | null
  task?: {
    arch?: string | null
    [k: string]: unknown
  } | null
  [k: string]: unknown
}
/**
 * What a Koji hub's getRPMChecksums says of one RPM: by the key that it is signed with, the empty one for the file as it was built.
 */
export interface KojiChecksums {
  [k: string]: {
    sha256?: string | null
    [k: string]: unknown
  }
}
/**
 * What a Koji hub says of a build and its RPMs, as far as Assay reads it: getBuild and listBuildRPMs.
 */
export interface KojiFiles {
  build: KojiBuildInfo
  /**
   * @maxItems 10000
   */
  rpms: KojiRpm[]
  [k: string]: unknown
}
export interface KojiBuildInfo {
  name: string
  version: string
  release: string
  /**
   * 1: complete.
   */
  state: number
  /**
   * The disk that its files are on; absent, null or DEFAULT: the usual one.
   */
  volume_name?: string | null
  [k: string]: unknown
}
export interface KojiRpm {
  id: number
  name: string
  version: string
  release: string
  arch: string
  /**
   * Bytes.
   */
  size: number
  [k: string]: unknown
}
/**
 * checks.yaml at the root of a check repository: the native way to declare checks.
 */
export interface Manifest {
  /**
   * What checks of other formats (DEP-8, tmt, STI) in the repository run with, by their names; * is any run of characters, ? any one. Of several that fit, later ones add to earlier ones.
   */
  others?: {
    [k: string]: ManifestOptions
  }
  /**
   * The checks, by name.
   */
  checks?: {
    [k: string]: ManifestCheck
  }
}
export interface ManifestOptions {
  /**
   * Image to run in; default: the site's image for the build's release.
   */
  image?: string
  /**
   * `build`, or a filter of the attributes of other CloudEvents; * is any run of characters, ? any one.
   */
  on?:
    | 'build'
    | {
        [k: string]: string
      }
  arch?: Arch
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
   * `build`, or a filter of the attributes of other CloudEvents; * is any run of characters, ? any one.
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
  arch?: Arch
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
 * The part of OBS's package.build_success that Assay reads.
 */
export interface ObsBuildSuccess {
  project: string
  package: string
  repository: string
  arch: string
  versrel: string
  bcnt?: string | number
  srcmd5?: string
  user?: string | null
  [k: string]: unknown
}
/**
 * Who maintains what, as a distribution keeps it: users, or groups as @group, by namespace and name. Fedora publishes it so.
 */
export interface Ownership {
  [k: string]: {
    /**
     * @maxItems 100
     */
    [k: string]: string[]
  }
}
/**
 * What an admin changes about a package; what is absent stays.
 */
export interface PackageChange {
  /**
   * Maintainers to add: users, or groups as @group.
   *
   * @maxItems 100
   */
  add?: string[]
  /**
   * Maintainers to remove.
   *
   * @maxItems 100
   */
  remove?: string[]
  /**
   * Whether a push may take commits away from branches that releases run from.
   */
  forcePush?: boolean
  /**
   * Whether a push may delete branches that releases run from.
   */
  deleteBranches?: boolean
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
 * What changes about how a person is told of changes; what is absent stays.
 */
export interface ReaderChange {
  /**
   * Where the person is told; null: nowhere. Only admins say so.
   */
  mail?: string | null
  /**
   * What the person wants to hear, by package; `*`: of all that the person maintains.
   */
  subscriptions?: {
    [k: string]: 'changes' | 'failures' | 'none'
  }
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
  /**
   * What was installed when the check began: name and version with a space between; absent where nobody knows.
   *
   * @maxItems 10000
   */
  packages?: string[]
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
   * By how much its clock, when it was last set, may have differed from the runner's.
   */
  clockErrorMs?: number
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
 * The site's settings file: what the environment is too flat for. Each part belongs to one capability; a part that is absent is switched off, or as its description says.
 */
export interface Settings {
  publishers?: PublisherSettings
  pushes?: PushSettings
  /**
   * Where builds and other events are heard from, beside POST /api/v1/events.
   */
  listeners?: {
    /**
     * Debian archives that are watched for new versions.
     *
     * @maxItems 50
     */
    archives?: ArchiveListener[]
    /**
     * AMQP 0-9-1 brokers that messages are consumed from: Fedora Messaging, openSUSE's.
     *
     * @maxItems 20
     */
    buses?: BusListener[]
  }
  rules?: Rules
  /**
   * Which image checks run in that name none, by the release of the build (globs, the first that fits): {trixie: debian-13}. Others run in ASSAY_IMAGE.
   */
  images?: {
    [k: string]: string
  }
  checks?: CheckSettings
  queue?: QueueSettings
  limits?: LimitSettings
  retention?: RetentionSettings
  signIn?: SignInSettings
  sources?: SourceSettings
  web?: WebSettings
}
/**
 * Where Assay tells what happens to executions. What is absent is not told anything.
 */
export interface PublisherSettings {
  fedoraMessaging?: FedoraMessagingSettings
  mail?: MailSettings
  /**
   * Addresses that get every announcement as a CloudEvent, by a name that stays.
   */
  webhooks?: {
    [k: string]: WebhookSettings
  }
  /**
   * Rooms of chats that are told what people are told, by a name that stays; each by a webhook or on Matrix.
   */
  chat?: {
    [k: string]: ChatRoom
  }
}
/**
 * A broker that speaks AMQP 0-9-1, in the form of Fedora Messaging.
 */
export interface FedoraMessagingSettings {
  /**
   * amqp://… or amqps://…; default: AMQP_URL.
   */
  url?: string
  tls?: ClientTls
  /**
   * A topic exchange that exists; default: amq.topic.
   */
  exchange?: string
  /**
   * Before every topic: org.fedoraproject.prod.
   */
  topicPrefix: string
  /**
   * Also send resultsdb.result.new, as ResultsDB does; default: false.
   */
  resultsdb?: boolean
  ci?: CiContact
}
/**
 * Paths of PEM files. With a certificate it is the certificate that says who Assay is.
 */
export interface ClientTls {
  /**
   * Who signed the broker's certificate.
   */
  authority?: string
  /**
   * Assay's own.
   */
  certificate?: string
  /**
   * Its key.
   */
  key?: string
}
/**
 * Also send ci.koji-build.test.* of the CI message schema for RPMs whose origin names the Koji task, in the name of this contact.
 */
export interface CiContact {
  name: string
  team: string
  docs: string
  email: string
  url?: string
}
/**
 * The server that takes mail for people who are told what changed.
 */
export interface MailSettings {
  /**
   * smtp://HOST:PORT, encrypted where the server offers it, or smtps://HOST:PORT.
   */
  url: string
  /**
   * The address that mail comes from.
   */
  from: string
  /**
   * Whom Assay signs in as; only over an encrypted connection. Needs passwordFile.
   */
  user?: string
  /**
   * Path of a file whose text, without white space at its ends, is the password.
   */
  passwordFile?: string
  /**
   * Path of the certificate of who signed the server's, where this host does not trust them anyway.
   */
  authority?: string
}
export interface WebhookSettings {
  url: string
  /**
   * Path of a file whose text, without white space at its ends, is the key of x-assay-signature.
   */
  secretFile: string
  /**
   * dev.assay.execution.* (default) or dev.cdevents.testcaserun.*.
   */
  vocabulary?: 'assay' | 'cdevents'
}
export interface ChatRoom {
  /**
   * Path of a file that holds the address of an incoming webhook, which is a secret (Slack, Mattermost and what takes their form).
   */
  webhookFile?: string
  matrix?: MatrixRoom
  /**
   * Patterns of namespace/name that the room hears of; default: all.
   *
   * @minItems 1
   * @maxItems 100
   */
  packages?: string[]
  /**
   * changes (default), only failures, or errors: what the service is to blame for.
   */
  interest?: 'changes' | 'failures' | 'errors'
}
export interface MatrixRoom {
  /**
   * Of the home server.
   */
  url: string
  /**
   * Its id, !x:example.org.
   */
  room: string
  /**
   * Path of a file with the access token of whom Assay speaks as.
   */
  tokenFile: string
}
/**
 * What every package's maintainers may do with branches that releases run from; a package may be allowed more.
 */
export interface PushSettings {
  /**
   * Whether a push may take commits away from a branch.
   */
  forcePush?: boolean
  /**
   * Whether a push may delete a branch.
   */
  deleteBranches?: boolean
  /**
   * How often one user may push, over HTTP and ssh together; default: 60.
   */
  perMinute?: number
  /**
   * What a check repository may take of the disk, with what no branch leads to any more; default: 1024. Beyond it no push is taken.
   */
  repositoryMiB?: number
}
export interface ArchiveListener {
  /**
   * What it is called on pages and in metrics.
   */
  name: string
  /**
   * The archive's base address: where dists/ and pool/ are.
   */
  url: string
  /**
   * Suite as it is named below dists/, and the release that its builds are for.
   */
  suites: {
    [k: string]: string
  }
  /**
   * @minItems 1
   * @maxItems 20
   */
  components?: string[]
  /**
   * As Debian names them; each is a build of its own.
   *
   * @minItems 1
   * @maxItems 20
   */
  architectures?: string[]
  /**
   * Of the packages.
   */
  namespace?: string
  /**
   * Absolute path of the keys that may have signed it.
   */
  keyring?: string
  /**
   * How often it is looked at.
   */
  every?: string
}
export interface BusListener {
  /**
   * What it is called on pages and in metrics.
   */
  name: string
  /**
   * Default: AMQP_URL.
   */
  url?: string
  /**
   * Absolute paths of PEM files: whom to believe, and who we are.
   */
  tls?: {
    authority?: string
    certificate?: string
    key?: string
  }
  /**
   * Declared as durable unless `passive`.
   */
  queue: string
  exchange?: string
  /**
   * Routing keys, with * and # as the broker knows them.
   *
   * @minItems 1
   * @maxItems 100
   */
  bindings: string[]
  /**
   * The queue and its bindings are there already: only consume.
   */
  passive?: boolean
  /**
   * Messages that may be under way at a time.
   */
  prefetch?: number
  /**
   * Where messages are asked for that were missed: datagrepper's /v2/search or what speaks like it.
   */
  history?: {
    url: string
    /**
     * @minItems 1
     * @maxItems 50
     */
    topics: string[]
  }
  /**
   * What builds are for whose messages do not say so, which are Koji's; as the kernel names them. Absent: x86_64.
   *
   * @minItems 1
   * @maxItems 20
   */
  architectures?: string[]
  koji?: KojiSettings
  /**
   * Of the packages that each build system builds.
   */
  namespaces?: {
    koji?: string
    copr?: string
    obs?: string
  }
  /**
   * Projects of Copr, owner/name (globs), whose builds count: of other projects none does, but for those that `releases` names as owner/name:chroot.
   *
   * @maxItems 200
   */
  projects?: string[]
  /**
   * Build target, project or chroot as the build system names it (globs), and the release that it is for; the first that fits counts.
   */
  releases?: {
    [k: string]: string
  }
}
/**
 * Where the files of this bus's Koji builds are found. Absent: nobody looks for them, and checks install what the distribution's mirrors have.
 */
export interface KojiSettings {
  /**
   * Its XML-RPC: https://koji.fedoraproject.org/kojihub.
   */
  hub: string
  /**
   * What its folder packages/ is below: https://kojipkgs.fedoraproject.org.
   */
  files: string
  /**
   * What is wanted besides the packages that people install: their sources, and what debuggers need.
   */
  also?: ('source' | 'debug')[]
}
/**
 * Which of the builds that listeners hear count, and how many.
 */
export interface Rules {
  /**
   * Only packages of these namespaces.
   *
   * @minItems 1
   * @maxItems 100
   */
  namespaces?: string[]
  /**
   * Only builds for these releases.
   *
   * @minItems 1
   * @maxItems 100
   */
  releases?: string[]
  /**
   * Only these architectures, as the kernel names them.
   *
   * @minItems 1
   * @maxItems 100
   */
  architectures?: string[]
  /**
   * Whose builds count.
   */
  users?: {
    /**
     * @minItems 1
     * @maxItems 100
     */
    only?: string[]
    /**
     * @minItems 1
     * @maxItems 100
     */
    never?: string[]
  }
  /**
   * Whether scratch builds count.
   */
  scratch?: boolean
  /**
   * Builds of one package that count in a time; what comes beyond is ignored.
   */
  packageLimit?: {
    builds: number
    within: string
  }
  /**
   * Builds of all packages that count in a time; what comes beyond is ignored.
   */
  globalLimit?: {
    builds: number
    within: string
  }
  /**
   * From so many builds in a time on, executions give way to all others.
   */
  massRebuild?: {
    builds: number
    within: string
  }
  /**
   * Whether a newer version cancels what still waits of an older one for the same release and architecture.
   */
  supersede?: boolean
}
/**
 * The most that a check may ask its machine for: a push that asks for more is refused. Absent: the defaults.
 */
export interface CheckSettings {
  /**
   * Default 16384.
   */
  memoryMiB?: number
  /**
   * Default 16.
   */
  cpus?: number
  /**
   * Default 204800.
   */
  diskMiB?: number
  /**
   * How long the check itself may take. Default 360.
   */
  timeoutMinutes?: number
}
/**
 * How much one package and one user may have done. Absent: the defaults.
 */
export interface QueueSettings {
  /**
   * Executions of one package that may wait: reruns beyond are refused, and what a build or an event calls for beyond is skipped. Default 5000.
   */
  waitingPerPackage?: number
  /**
   * How many executions one user may rerun; default: 300.
   */
  rerunsPerMinute?: number
}
/**
 * How much of what one attempt leaves is kept; what is beyond is dropped, and the execution says so. Absent: the defaults.
 */
export interface LimitSettings {
  /**
   * Of the log; a check that writes more is ended. Default 20.
   */
  logMiB?: number
  /**
   * Of one file. Default 100.
   */
  artifactMiB?: number
  /**
   * Of all files together. Default 200.
   */
  artifactsMiB?: number
  /**
   * How many files. Default 2000.
   */
  artifacts?: number
}
/**
 * How long logs and artifacts are kept. Absent: the defaults. Results and the lifecycle of executions stay for ever.
 */
export interface RetentionSettings {
  /**
   * After an execution has finished; 0: for ever. Default 180.
   */
  days?: number
  /**
   * Of one package, what people want to be kept whatever its age and size; 0: as much as they like. Default 5120.
   */
  keptMiB?: number
  /**
   * Of one package, the oldest going first; 0: as much as there is. Default 5120.
   */
  packageMiB?: number
  /**
   * Of one user, files that were handed over for events; they go after as many days as logs. 0: as much as there is. Default 51200.
   */
  uploadMiB?: number
}
/**
 * How people sign in with a browser. Absent: with a token only.
 */
export interface SignInSettings {
  /**
   * How long a sign-in lasts; default: 7.
   */
  days?: number
  openid?: OpenIdSettings
}
/**
 * A provider of OpenID Connect, where Assay is registered with the address /sign-in/openid/callback below its own.
 */
export interface OpenIdSettings {
  /**
   * What people call it: Fedora Account.
   */
  name: string
  /**
   * https://…, or http:// on this host itself.
   */
  issuer: string
  clientId: string
  /**
   * Path of a file whose text, without white space at its ends, is the client's secret. Absent: a public client.
   */
  clientSecretFile?: string
  /**
   * What the provider is asked for; default: openid profile.
   */
  scopes?: string
  /**
   * Which claim is the name that maintainers are listed by; default: preferred_username. email counts only where the provider verified it.
   */
  userClaim?: string
}
/**
 * Other repositories that checks of tmt may take tests, plans and libraries from.
 */
export interface SourceSettings {
  /**
   * What their addresses may begin with. Absent: the public forges that distributions use, over https.
   *
   * @maxItems 100
   */
  from?: string[]
}
/**
 * How the site is reached.
 */
export interface WebSettings {
  /**
   * From one address (or one /56 network of IPv6), to pages and the API; default: 1200. Runners, git and this host itself are not counted.
   */
  requestsPerMinute?: number
  /**
   * Requests of git that only read, from one address (or one /56 network of IPv6): a clone takes two or three; default: 300. This host itself is not counted.
   */
  clonesPerMinute?: number
  /**
   * Of the database, for one statement of what anybody may ask: lists, searches and ResultsDB's queries; default: 5. What takes longer is ended, with 503.
   */
  querySeconds?: number
  /**
   * Reverse proxies whose X-Forwarded-For is believed: addresses, networks, or loopback, linklocal, uniquelocal.
   *
   * @maxItems 100
   */
  proxies?: string[]
}
/**
 * How far an attempt has come, and on what machine once that is known.
 */
export interface StepBegun {
  step: 'fetching' | 'booting' | 'installing' | 'running' | 'collecting' | 'reporting'
  machine?: MachineFacts
}
/**
 * Where a package's checks are kept, when that is not here.
 */
export interface UpstreamChange {
  /**
   * Address of the git repository, over HTTP. No user and no password: it is shown to everybody.
   */
  url: string
  /**
   * What kind of forge it is on; needed for a status token where the host is not a well-known one.
   */
  forge?: 'forgejo' | 'github' | 'gitlab' | 'pagure'
  /**
   * A token of the forge that may set statuses of commits.
   */
  statusToken?: string
}
/**
 * What travels through the queue: a pointer to an execution. The server's row is the truth.
 */
export interface Work {
  execution: string
}
