/** A stock cloud image, as distributions offer them: boots by its own boot loader, and obeys cloud-init. */
import { readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { imageStore, type ImageStore } from '../../runner/images.ts'
import { archiveKey } from './archive-key.ts'
import { bootDisk } from './boot-disk.ts'
import { guestsFolder, sameAddresses, tinyImage } from './image.ts'
import { codeOf, kept, testData } from './kept.ts'
import { never, testMachines } from './machines.ts'
import { keyring, sourceLine } from './package-archive.ts'

const packages = [
  ...['linux-image-cloud-amd64', 'initramfs-tools', 'systemd-sysv', 'udev', 'dbus', 'libpam-systemd'],
  ...['cloud-init', 'openssh-server', 'ca-certificates', 'iproute2', 'netbase', 'procps'],
]

/** Path of the raw disk. Its packages come from the host's sources; the archive that it knows afterwards is the tests' own. */
async function cloudImage(): Promise<string> {
  const key = (await readFile(await archiveKey())).toString('base64')
  const hooks = [
    `echo ${key} | base64 -d >"$1${keyring}"`,
    `rm -rf "$1"/etc/apt/sources.list.d/*; echo '${sourceLine}' >"$1/etc/apt/sources.list"`,
  ]
  return bootDisk(join(testData, 'test-cloud'), 'debian-12', {
    packages,
    hooks,
    append: `${sameAddresses} mitigations=off`,
    sizeMiB: 1920,
  })
}

/**
 * A store that holds the image `stock`: a cloud image that was imported and adopted, which is done anew whenever something that
 * has to do with it has changed. It boots for that, which takes minutes where it is emulated.
 */
export async function adoptedImage(): Promise<ImageStore> {
  const disk = await cloudImage()
  const [images, machines, guest] = [
    '../../../images/',
    '../../runner/machine/',
    '../../runner/guest/',
  ] as const
  const from = [
    disk,
    ...(await filesIn(images)),
    ...(await filesIn(machines)),
    ...(await codeOf('cloud-image')),
  ]
  await kept(join(guestsFolder, 'stock'), [...from, ...(await filesIn(guest))], async (target) => {
    const store = imageStore(join(target, 'store'))
    const running = await testMachines()
    try {
      const { folder } = await store.importDisk(disk, 'stock', {
        adopt: (copy) => running.adopt(copy, never),
      })
      for (const name of await readdir(folder)) await rename(join(folder, name), join(target, name))
    } finally {
      await running.close()
    }
  })
  return tinyImage()
}

/** Content of the files of a folder, as far as they make a machine what it is. */
async function filesIn(path: string): Promise<Buffer[]> {
  const folder = fileURLToPath(new URL(path, import.meta.url))
  const found = await readdir(folder, { withFileTypes: true })
  const names = found.filter((item) => item.isFile() && !item.name.endsWith('.map')).map(({ name }) => name)
  return Promise.all(names.sort().map((name) => readFile(join(folder, name))))
}
