/** A Debian 12 that boots by itself, from its own boot loader, as distributions offer it. */
import { createHash } from 'node:crypto'
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../../runner/command.ts'
import { commandWithOwnMounts } from '../../runner/own-mounts.ts'
import { locked } from '../../runner/lock.ts'
import { debianArchive, hostSources, sourceLines } from '../../runner/mirror/apt-sources.ts'

export interface System {
  packages: readonly string[]
  /** Whether it keeps the archive's lists of packages. */
  packageLists?: boolean
  /** Shell commands that are run when it is installed; `$1` is its root. */
  hooks?: readonly string[]
  /** Folders whose files the hooks use. */
  uses?: readonly string[]
  /** What its kernel is told beside what it needs. */
  append?: string
  /** Of its root file system. */
  sizeMiB: number
}

/** Where the boot loader's partition begins, and how large it is, in MiB. */
const boot = { at: 1, size: 128 }

const loaderConfig = (more: string): string => `DEFAULT linux
LABEL linux
  KERNEL vmlinuz
  INITRD initrd.img
  APPEND root=LABEL=root ro console=tty0 console=ttyS0 net.ifnames=0 ${more}
`

/** Path of the raw disk `name` in the folder. The first call for a system makes it, which takes a minute or two. */
export async function bootDisk(folder: string, name: string, system: System): Promise<string> {
  await mkdir(folder, { recursive: true })
  const file = `${name}-${await digestOf(system)}.raw`
  const disk = join(folder, file)
  await locked(join(folder, `.${name}.lock`), async () => {
    if (await exists(disk)) return
    const work = await mkdtemp(join(folder, '.making-'))
    try {
      await makeDisk(work, system)
      for (const other of await readdir(folder))
        if (other.startsWith(`${name}-`) && other.endsWith('.raw')) await rm(join(folder, other))
      await rename(join(work, 'disk'), disk)
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  })
  return disk
}

/** Of all that says what the disk becomes, so that another system is another disk. */
async function digestOf(system: System): Promise<string> {
  const hash = createHash('sha256')
    .update(JSON.stringify(system))
    .update(loaderConfig(system.append ?? ''))
  for (const used of system.uses ?? [])
    for (const name of (await readdir(used)).sort())
      hash.update(name).update(await readFile(join(used, name)))
  return hash.digest('hex').slice(0, 16)
}

async function makeDisk(
  work: string,
  { packages, packageLists = false, hooks = [], append = '', sizeMiB }: System,
): Promise<void> {
  const archive = await debianArchive(await hostSources())
  if (!archive) throw new Error('None of the host’s package sources offers Debian.')
  const root = join(work, 'root')
  await commandWithOwnMounts('mmdebstrap', [
    ...['--mode=root', '--variant=minbase', `--include=${packages.join(',')}`],
    '--aptopt=Acquire::Check-Valid-Until "false"',
    ...(packageLists ? ['--skip=cleanup/apt'] : []),
    '--customize-hook=echo LABEL=root / ext4 defaults 0 1 >"$1/etc/fstab"',
    ...hooks.map((hook) => `--customize-hook=${hook}`),
    ...['bookworm', root, ...sourceLines(archive, 'bookworm')],
  ])
  await makeBoot(work, root, append)
  const file = join(work, 'system')
  await command('mke2fs', ['-q', '-t', 'ext4', '-d', root, '-L', 'root', file, `${sizeMiB}M`])
  await assemble(work, sizeMiB)
}

/** The boot loader's own partition: no part of the system's tree, so it takes no mount to make. */
async function makeBoot(work: string, root: string, append: string): Promise<void> {
  const file = join(work, 'boot')
  const config = join(work, 'syslinux.cfg')
  await writeFile(config, loaderConfig(append))
  await command('mkfs.vfat', ['-C', '-n', 'BOOT', file, String(boot.size * 1024)])
  const put = (from: string, name: string): Promise<string> =>
    command('mcopy', ['-i', file, from, `::${name}`])
  await put(config, 'syslinux.cfg')
  // Links of Debian's own to the one kernel that is installed.
  await put(join(root, 'vmlinuz'), 'vmlinuz')
  await put(join(root, 'initrd.img'), 'initrd.img')
  await command('syslinux', ['--install', file])
}

/** A partition table, the code that starts the active partition, and the partitions in their places. */
async function assemble(work: string, sizeMiB: number): Promise<void> {
  const disk = join(work, 'disk')
  const system = { at: boot.at + boot.size, size: sizeMiB }
  await writeFile(disk, '')
  await writeFile(join(work, 'table'), partitionTable([boot, system]))
  await truncate(disk, (system.at + system.size + 1) * 2 ** 20)
  const put = (from: string, ...words: string[]): Promise<string> =>
    command('dd', [`if=${from}`, `of=${disk}`, 'conv=notrunc,sparse', 'status=none', ...words])
  await put('/usr/lib/SYSLINUX/mbr.bin', 'bs=440', 'count=1')
  await put(join(work, 'table'), 'bs=1', 'seek=446')
  await put(join(work, 'boot'), 'bs=1M', `seek=${boot.at}`)
  await put(join(work, 'system'), 'bs=1M', `seek=${system.at}`)
}

/** As a PC's firmware reads it: a bootable FAT and a Linux partition, counted in sectors, and the mark of its end. */
function partitionTable(partitions: readonly { at: number; size: number }[]): Buffer {
  const table = Buffer.alloc(66)
  for (const [index, { at, size }] of partitions.entries()) {
    table[16 * index] = index === 0 ? 0x80 : 0
    table[16 * index + 4] = index === 0 ? 0x0c : 0x83
    table.writeUInt32LE(at * 2048, 16 * index + 8)
    table.writeUInt32LE(size * 2048, 16 * index + 12)
  }
  table.writeUInt16BE(0x55aa, 64)
  return table
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
