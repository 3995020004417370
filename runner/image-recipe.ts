/** Builds an image from a recipe in images/: a root file system by mmdebstrap, turned into a bootable disk. */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../core/errors.ts'
import type { ImageFacts } from '../schemas/types.gen.ts'
import { command, CommandFailed } from './command.ts'

/** Told what is being done, and how far it is (0 to 1). */
export type Progress = (step: string, fraction: number) => void

interface Recipe {
  suite: string
  variant: string
  init: 'systemd' | 'tiny'
  packages: string[]
}

const recipes = fileURLToPath(new URL('../../images/', import.meta.url))
const guestFiles = ['find-agent', 'assay-agent.service', 'tiny-init']

/** Room on the disk beyond what is installed: a check may fill at most this, whatever its `disk` says. */
const diskSize = '16G'

/** Drivers that a machine of ours needs before its root file system is there. */
const modules = 'virtio_pci\nvirtio_blk\nvirtio_console\nvirtio_rng\next4\nsquashfs\npvpanic-pci\n'

const kernelLine = 'root=/dev/vda rw console=ttyS0 quiet panic=-1 net.ifnames=0'

/** sha256 over everything that makes the image what it is, but for the distribution's own versions. */
export async function recipeDigest(name: string): Promise<string> {
  await readRecipe(name)
  const hash = createHash('sha256').update(kernelLine + modules + diskSize)
  for (const file of [`${name}.json`, ...guestFiles]) hash.update(await readFile(join(recipes, file)))
  return hash.digest('hex')
}

export async function buildFromRecipe(
  name: string,
  target: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Pick<ImageFacts, 'disk' | 'kernel' | 'packages'>> {
  const recipe = await readRecipe(name)
  const root = join(target, 'root')
  await mkdir(root)
  try {
    progress('installing the guest system', 0.05)
    let packages = 0
    const onLine = (line: string): void => {
      if (line.startsWith('I: ')) progress(line.slice(3), Math.min(0.9, 0.05 + 0.1 * ++packages))
    }
    await command('mmdebstrap', bootstrapArguments(recipe, root), { signal, onLine })
    progress('making the disk', 0.92)
    const installed = await command('dpkg-query', [
      `--admindir=${root}/var/lib/dpkg`,
      '-W',
      '-f=${Package}=${Version}\\n',
    ])
    const append = recipe.init === 'tiny' ? `${kernelLine} init=/usr/lib/assay/tiny-init` : kernelLine
    await command('sh', [
      '-c',
      'mv "$1"/boot/vmlinuz-* "$2/vmlinuz" && mv "$1"/boot/initrd.img-* "$2/initrd"',
      'sh',
      root,
      target,
    ])
    const raw = join(target, 'disk.raw')
    await command('mke2fs', ['-q', '-t', 'ext4', '-d', root, '-L', 'root', raw, diskSize], { signal })
    await command('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', raw, join(target, 'disk.qcow2')], {
      signal,
    })
    await rm(raw)
    progress('done', 1)
    return {
      disk: { file: 'disk.qcow2', format: 'qcow2' },
      kernel: { file: 'vmlinuz', initrd: 'initrd', append },
      packages: installed.trim().split('\n'),
    }
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    throw new AppError(
      'IMAGE_BUILD_FAILED',
      500,
      `Image ${name} could not be built. ${error.message}\nMend: run as root, with mmdebstrap and e2fsprogs installed (bin/setup demo) and the host's package sources reachable (apt-get update).`,
    )
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

async function readRecipe(name: string): Promise<Recipe> {
  try {
    const recipe = JSON.parse(await readFile(join(recipes, `${name}.json`), 'utf8')) as Recipe
    return recipe
  } catch {
    throw new AppError(
      'NO_RECIPE',
      404,
      `There is no recipe for an image ${JSON.stringify(name)}: see images/ for those there are.`,
    )
  }
}

function bootstrapArguments({ suite, variant, init, packages }: Recipe, root: string): string[] {
  const hooks = [
    `mkdir -p "$1/usr/lib/assay" && cp ${recipes}find-agent ${recipes}tiny-init "$1/usr/lib/assay/"`,
    `printf assay-guest > "$1/etc/hostname"`,
    `printf '127.0.0.1 localhost assay-guest\\n' > "$1/etc/hosts"`,
    ...(init === 'systemd'
      ? [
          `cp ${recipes}assay-agent.service "$1/etc/systemd/system/"`,
          `chroot "$1" systemctl enable assay-agent.service`,
          `chroot "$1" systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer getty@tty1.service serial-getty@ttyS0.service systemd-networkd-wait-online.service`,
        ]
      : []),
  ]
  return [
    '--mode=root',
    `--variant=${variant}`,
    `--include=${packages.join(',')}`,
    '--aptopt=Acquire::Languages "none"',
    ...['man', 'doc', 'locale', 'info'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
    '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    // Before the kernel's own hooks make it: only what our machines need, so that it unpacks fast.
    `--essential-hook=mkdir -p "$1/etc/initramfs-tools/conf.d" && printf 'MODULES=list\\nCOMPRESS=lz4\\n' > "$1/etc/initramfs-tools/conf.d/assay" && printf '${modules.replaceAll('\n', '\\n')}' > "$1/etc/initramfs-tools/modules"`,
    '--skip=cleanup/apt/lists',
    ...hooks.map((hook) => `--customize-hook=${hook}`),
    suite,
    root,
  ]
}
