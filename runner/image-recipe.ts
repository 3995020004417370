/** Builds an image from a recipe in images/: a root file system by mmdebstrap, turned into a bootable disk. */
import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../core/errors.ts'
import type { ImageFacts } from '../schemas/types.gen.ts'
import { command, CommandFailed } from './command.ts'
import { commandWithOwnMounts } from './own-mounts.ts'
import { debianArchive, hostSources, sourceLines } from './mirror/apt-sources.ts'

/** Told what is being done, and how far it is (0 to 1). */
export type Progress = (step: string, fraction: number) => void

export interface Recipe {
  suite: string
  variant: string
  init: 'systemd' | 'tiny'
  packages: string[]
}

export type Built = Pick<ImageFacts, 'disk' | 'kernel' | 'packages' | 'sources'>

const recipes = fileURLToPath(new URL('../../images/', import.meta.url))
const guestFiles = [
  'become-guest',
  'customize',
  'find-agent',
  'set-up-network',
  'initrd-init',
  'assay-agent.service',
  'tiny-init',
]

/** Room on the disk beyond what is installed: a check may fill at most this, whatever its `disk` says. */
export const diskSize = '16G'

/** Drivers that a machine of ours needs before its root file system is there, in the order of loading. */
const modules = ['virtio_pci', 'virtio_blk', 'crc32c_generic', 'ext4']

/**
 * The kernel guards nothing against its own programs: they are root of a machine that is thrown away, and what guards cost
 * is paid at each call, more than half of it where the machine is emulated.
 */
const kernelLine =
  'console=ttyS0 quiet panic=-1 net.ifnames=0 cryptomgr.notests random.trust_cpu=on mitigations=off'

/** Names of the recipes there are. */
export async function recipeNames(): Promise<string[]> {
  const names = await readdir(recipes)
  return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
}

/** sha256 over everything that makes the image what it is, but for the distribution's own versions. */
export async function recipeDigest(name: string): Promise<string> {
  await readRecipe(name)
  const hash = createHash('sha256').update([kernelLine, ...modules, diskSize].join())
  for (const file of [`${name}.json`, ...guestFiles]) hash.update(await readFile(join(recipes, file)))
  return hash.digest('hex')
}

/** Builds the image's parts in the folder `target`. Throws IMAGE_BUILD_FAILED with what to do. */
export const buildFromRecipe = async (
  name: string,
  target: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Built> => build({ name, ...(await readRecipe(name)) }, target, progress, signal)

/** The same from a recipe that need not be one of ours. */
export async function build(
  recipe: Recipe & { name: string },
  target: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Built> {
  const { name } = recipe
  if (process.getuid?.() !== 0)
    throw failed(name, 'Only root can make a guest’s file system.', 'run it with sudo')
  const root = join(target, 'root')
  try {
    progress('asking the package sources', 0.01)
    const archive = await debianArchive(await hostSources(), signal)
    if (!archive)
      throw failed(
        name,
        'None of the host’s package sources that can be reached offers Debian.',
        'see that `apt-get update` works, with a Debian archive in /etc/apt/sources.list or /etc/apt/sources.list.d/',
      )
    const sources = sourceLines(archive, recipe.suite)
    await bootstrap(recipe, { root, sources, progress, signal })
    progress('making the disk', 0.9)
    const packages = await installed(root)
    await command('sh', [
      '-c',
      'mv "$1"/boot/vmlinuz-* "$2/vmlinuz"; mv "$1/boot/assay-initrd" "$2/initrd"',
      'sh',
      root,
      target,
    ])
    await makeDisk(root, target, signal)
    const init = recipe.init === 'tiny' ? '/usr/lib/assay/tiny-init' : '/sbin/init'
    const kernel = { file: 'vmlinuz', initrd: 'initrd', append: `${kernelLine} init=${init}` }
    return { disk: { file: 'disk.qcow2', format: 'qcow2' }, kernel, packages, sources }
  } catch (error) {
    if (!(error instanceof CommandFailed) || signal?.aborted) throw error
    throw failed(
      name,
      error.message,
      'bin/setup run installs the tools; see that `apt-get update` works and that the disk has room',
    )
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

const failed = (name: string, why: string, hint: string): AppError =>
  new AppError('IMAGE_BUILD_FAILED', 500, `Image ${name} could not be built. ${why}`, { hint })

export async function readRecipe(name: string): Promise<Recipe> {
  try {
    return JSON.parse(await readFile(join(recipes, `${name}.json`), 'utf8')) as Recipe
  } catch {
    throw new AppError(
      'NO_RECIPE',
      404,
      `There is no recipe for an image ${JSON.stringify(name)}: there are ${(await recipeNames()).join(', ')}.`,
    )
  }
}

interface Bootstrapping {
  root: string
  sources: string[]
  progress: Progress
  signal: AbortSignal | undefined
}

async function bootstrap(recipe: Recipe, { root, sources, progress, signal }: Bootstrapping): Promise<void> {
  await commandWithOwnMounts('mmdebstrap', bootstrapArguments(recipe, root, sources), {
    signal,
    // The kernel's own initial RAM disk would take longer to make than all the rest; see images/customize.
    env: { ...process.env, INITRD: 'No', LC_ALL: 'C.UTF-8' },
    onLine(line) {
      const step = milestones.find(({ said }) => line.includes(said))
      if (step) progress(step.text, step.fraction)
    },
  })
}

/** What mmdebstrap says when it begins something, and how far the whole is then. */
const milestones = [
  { said: 'running apt-get update', text: 'reading package lists', fraction: 0.04 },
  { said: 'downloading packages', text: 'downloading packages', fraction: 0.1 },
  { said: 'extracting archives', text: 'extracting packages', fraction: 0.15 },
  { said: 'installing essential packages', text: 'installing essential packages', fraction: 0.3 },
  { said: 'installing remaining packages', text: 'installing the rest', fraction: 0.5 },
  { said: 'customize-hook', text: 'making it a guest', fraction: 0.8 },
]

function bootstrapArguments(
  { suite, variant, init, packages }: Recipe,
  root: string,
  sources: string[],
): string[] {
  return [
    '--mode=root',
    `--variant=${variant}`,
    `--include=${packages.join(',')}`,
    '--aptopt=Acquire::Languages "none"',
    // Here and in become-guest: a site may build from a snapshot of an archive, whose word is over for good. What is signed is
    // still checked; who holds back an archive can make a machine's packages old, never other than the distribution's.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    ...['man', 'doc', 'locale', 'info'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    // The lists stay, so that a machine can install something without asking for news first.
    '--skip=cleanup/apt',
    `--customize-hook=${recipes}customize "$1" ${init} ${modules.join(' ')}`,
    suite,
    root,
    ...sources,
  ]
}

/** name=version and the checksum of the package it came from, as the signed lists have it. */
async function installed(root: string): Promise<string[]> {
  const names = (
    await command('dpkg-query', [`--admindir=${root}/var/lib/dpkg`, '-W', '-f=${Package}=${Version}\\n'])
  )
    .trim()
    .split('\n')
  const known = new Map<string, string>()
  const shown = await command('chroot', [root, 'apt-cache', 'show', ...names])
  for (const stanza of shown.split('\n\n')) {
    const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? ''
    known.set(`${field('Package')}=${field('Version')}`, field('SHA256'))
  }
  return names.map((name) => `${name} sha256:${known.get(name) ?? 'unknown'}`)
}

/** The same tree gives the same file system: nothing in it is random but what the packages themselves made so. */
async function makeDisk(root: string, target: string, signal?: AbortSignal): Promise<void> {
  const raw = join(target, 'disk.raw')
  const uuid = '61737361-7920-4775-8573-740000000001'
  await command(
    'mke2fs',
    [
      '-q',
      '-t',
      'ext4',
      '-d',
      root,
      '-L',
      'root',
      '-U',
      uuid,
      '-J',
      'size=16',
      '-E',
      `hash_seed=${uuid}`,
      raw,
      diskSize,
    ],
    { signal },
  )
  await command('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, join(target, 'disk.qcow2')], {
    signal,
  })
  await rm(raw)
}
