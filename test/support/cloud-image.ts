/** A stock cloud image, as distributions offer them: boots by its own boot loader, and obeys cloud-init. */
import { fileURLToPath } from 'node:url'
import { bootDisk } from './boot-disk.ts'

const folder = fileURLToPath(new URL('../../../data/test-cloud/', import.meta.url))

const packages = [
  ...['linux-image-cloud-amd64', 'initramfs-tools', 'systemd-sysv', 'udev', 'dbus', 'libpam-systemd'],
  ...['cloud-init', 'openssh-server', 'ca-certificates', 'iproute2', 'netbase', 'procps'],
]

/** Path of the raw disk. */
export const cloudImage = (): Promise<string> => bootDisk(folder, 'debian-12', { packages, sizeMiB: 1920 })
