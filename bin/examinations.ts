/** What `assay doctor` looks at, one thing after the other. */
import { mkdir, readFile, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../core/config.ts'
import { AppError } from '../core/errors.ts'
import { findAccelerator } from '../runner/accelerator.ts'
import { command } from '../runner/command.ts'
import { imageStore } from '../runner/images.ts'
import { isReadable } from '../runner/machine/borrowed.ts'
import { whyNoIdentity } from '../runner/machine/identity.ts'
import { keptTemplates } from '../runner/machine/kept-templates.ts'
import { templatesFolder } from '../runner/machine/machines.ts'
import { namespaceWords } from '../runner/machine/network.ts'
import { debianArchive, hostSources } from '../runner/mirror/apt-sources.ts'
import { findProgram } from '../server/find-program.ts'

export interface Finding {
  name: string
  /** `poor`: checks run, but something is worth to know. */
  state: 'fine' | 'poor' | 'missing'
  /** One sentence or a version. */
  found: string
  mend?: string
}

type Examination = (config: Config, runnerFolder: string) => Promise<Omit<Finding, 'name'>>

const gibi = 1 << 30

/** Programs that machines and images are made with, and the Debian package that each comes from. */
const tools = {
  'qemu-img': 'qemu-utils',
  mksquashfs: 'squashfs-tools',
  mke2fs: 'e2fsprogs',
  'mkfs.vfat': 'dosfstools',
  mcopy: 'mtools',
  mmdebstrap: 'mmdebstrap',
  socat: 'socat',
  setpriv: 'util-linux',
  unshare: 'util-linux',
  prlimit: 'util-linux',
  flock: 'util-linux',
  tar: 'tar',
  perl: 'perl-base',
} as const

const examinations: Record<string, Examination> = {
  Node: () => Promise.resolve({ state: 'fine', found: process.version }),
  git: () => versionOf('git', 'git'),
  qemu: () => versionOf('qemu-system-x86_64', 'qemu-system-x86'),
  tools: findTools,
  accelerator: findOutAccelerator,
  user: findUser,
  network: findNetwork,
  Redis: findRedis,
  images: findImages,
  templates: findTemplates,
  mirror: findMirror,
  disk: findDisk,
  memory: findMemory,
}

/** Yields the name of each examination before it begins, and what it found afterwards. */
export async function* examine(
  config: Config,
  runnerFolder: string,
): AsyncGenerator<{ step: string; fraction: number; finding?: Finding }> {
  const all = Object.entries(examinations)
  for (const [index, [name, look]] of all.entries()) {
    const fraction = index / all.length
    yield { step: name, fraction }
    yield { step: name, fraction, finding: { name, ...(await look(config, runnerFolder).catch(trouble)) } }
  }
}

function trouble(error: unknown): Omit<Finding, 'name'> {
  const found = error instanceof Error ? error.message : String(error)
  const hint = error instanceof AppError ? error.hint : undefined
  return { state: 'missing', found, ...(hint !== undefined && { mend: hint }) }
}

async function versionOf(program: string, debianPackage: string): Promise<Omit<Finding, 'name'>> {
  const path = await findProgram(program)
  if (path === null)
    return { state: 'missing', found: 'not installed', mend: `apt-get install ${debianPackage}` }
  return { state: 'fine', found: (await command(path, ['--version'])).split('\n')[0] ?? '' }
}

async function findTools(): Promise<Omit<Finding, 'name'>> {
  const missing: (keyof typeof tools)[] = []
  for (const name of Object.keys(tools) as (keyof typeof tools)[])
    if ((await findProgram(name)) === null) missing.push(name)
  if (missing.length === 0) return { state: 'fine', found: Object.keys(tools).join(', ') }
  const packages = [...new Set(missing.map((name) => tools[name]))]
  return {
    state: 'missing',
    found: `not installed: ${missing.join(', ')}`,
    mend: `apt-get install ${packages.join(' ')}`,
  }
}

async function findOutAccelerator({ data }: Config, runnerFolder: string): Promise<Omit<Finding, 'name'>> {
  const images = imageStore(join(data, 'images'))
  const { accelerator, why, proven } = await findAccelerator({ folder: runnerFolder, images })
  if (!proven)
    return {
      state: 'poor',
      found: `${accelerator}. ${why}`,
      mend: 'assay image build debian-12, then ask again',
    }
  return { state: accelerator === 'kvm' ? 'fine' : 'poor', found: `${accelerator}. ${why}` }
}

/** Whom qemu runs as. */
async function findUser({ data }: Config): Promise<Omit<Finding, 'name'>> {
  if (process.getuid?.() !== 0) return { state: 'fine', found: 'qemu runs as the user who starts the runner' }
  const why = await whyNoIdentity()
  if (why !== null)
    return {
      state: 'missing',
      found: `qemu cannot be started as a user of its own (${why})`,
      mend: 'run as a user who is not root, or as a root who may change users (CAP_SETUID, CAP_SETGID, CAP_SETPCAP)',
    }
  const closed: string[] = []
  for (const { facts, folder } of await imageStore(join(data, 'images')).list())
    for (const part of [facts.disk.file, facts.kernel?.file, facts.kernel?.initrd])
      if (part !== undefined && !(await isReadable(join(folder, part)))) closed.push(join(folder, part))
  if (closed.length === 0) return { state: 'fine', found: 'each qemu runs as a user of its own' }
  return {
    state: 'missing',
    found: `qemu’s user may not read ${closed.join(', ')}`,
    mend: `chmod a+r ${closed.join(' ')}`,
  }
}

async function findNetwork(): Promise<Omit<Finding, 'name'>> {
  if (await namespaceWords()) return { state: 'fine', found: 'machines get network namespaces of their own' }
  return {
    state: 'missing',
    found: 'network namespaces cannot be made, so nothing can be installed in machines',
    mend: 'run as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1)',
  }
}

async function findRedis({ redisUrl }: Config): Promise<Omit<Finding, 'name'>> {
  if (redisUrl !== null) return { state: 'fine', found: 'REDIS_URL names one' }
  const path = (await findProgram('redis-server')) ?? (await findProgram('valkey-server'))
  if (path === null)
    return {
      state: 'missing',
      found: 'neither redis-server nor valkey-server',
      mend: 'apt-get install redis-server',
    }
  return { state: 'fine', found: (await command(path, ['--version'])).trim() }
}

async function findImages({ data, defaultImage }: Config): Promise<Omit<Finding, 'name'>> {
  const names = (await imageStore(join(data, 'images')).list()).map(({ facts }) => facts.name)
  if (names.includes(defaultImage)) return { state: 'fine', found: names.join(', ') }
  const found = `${defaultImage} is not there yet${names.length > 0 ? ` (there are ${names.join(', ')})` : ''}; it is built on first need`
  return { state: 'poor', found, mend: `assay image build ${defaultImage}` }
}

async function findTemplates(config: Config): Promise<Omit<Finding, 'name'>> {
  const kept = await keptTemplates(templatesFolder(config))
  const bytes = kept.reduce((sum, { facts }) => sum + (facts?.bytes ?? 0), 0)
  const size = `${(bytes / gibi).toFixed(1)} GiB of disk, and as much of memory while a runner uses them all`
  const found =
    kept.length === 0 ? 'none yet: made on first need' : `${kept.length}; they take at most ${size}`
  return { state: 'fine', found }
}

async function findMirror(): Promise<Omit<Finding, 'name'>> {
  const archive = await debianArchive(await hostSources())
  if (archive)
    return { state: 'fine', found: `${archive.main} and ${archive.security ?? 'no security updates'}` }
  return {
    state: 'missing',
    found: 'none of the host’s package sources that can be reached offers Debian',
    mend: 'see that `apt-get update` works, with a Debian archive in /etc/apt/sources.list.d/',
  }
}

async function findDisk({ data }: Config): Promise<Omit<Finding, 'name'>> {
  const mend = 'set ASSAY_DATA to a folder on a disk with room'
  const made = await mkdir(data, { recursive: true, mode: 0o711 }).then(
    () => null,
    (error: unknown) => (error as Error).message,
  )
  if (made !== null) return { state: 'missing', found: `${data} cannot be made (${made})`, mend }
  const { bavail, bsize } = await statfs(data)
  return enough(bavail * bsize, { poor: 10, missing: 3 }, `free in ${data}`, mend)
}

async function findMemory(): Promise<Omit<Finding, 'name'>> {
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(await readFile('/proc/meminfo', 'utf8'))?.[1] ?? '0'
  return enough(
    Number(available) * 1024,
    { poor: 3, missing: 1.5 },
    'available',
    'end something, or let checks ask for less memory',
  )
}

/** Limits in GiB. */
function enough(
  bytes: number,
  limits: { poor: number; missing: number },
  what: string,
  mend: string,
): Omit<Finding, 'name'> {
  const state = bytes < limits.missing * gibi ? 'missing' : bytes < limits.poor * gibi ? 'poor' : 'fine'
  return { state, found: `${(bytes / gibi).toFixed(1)} GiB ${what}`, ...(state !== 'fine' && { mend }) }
}
