/** What qemu is told: a specification in, an argument vector out. Pure, because this is the riskiest string we make. */
import type { BootDisk } from '../images.ts'
import { machineFiles } from './disks.ts'
import type { MachineSpec } from './machine.ts'
import { wantsNetwork } from './network.ts'

export type Accelerator = 'kvm' | 'tcg'

/** Sockets of one machine, in a folder of its own. */
export interface MachineSockets {
  qmp: string
  control: string
  log: string
  terminal: string
  console: string
}

export const machineSockets = (folder: string): MachineSockets => ({
  qmp: `${folder}/qmp`,
  control: `${folder}/control`,
  log: `${folder}/log`,
  terminal: `${folder}/terminal`,
  console: `${folder}/console`,
})

/**
 * How a machine comes to be: booted in memory of its own; booted as a template, in memory that is a file; or woken from
 * a template, with that memory mapped privately.
 */
export type Birth = 'boot' | 'template' | 'clone'

/** What a clone's qemu inherits open, by number. */
export const inherited = { memory: 3, state: 4 } as const

/** Disks are named as in disks.ts: qemu runs in the machine's folder. */
export function qemuArguments(
  spec: MachineSpec,
  image: BootDisk['facts'],
  { accelerator, birth = 'boot' }: { accelerator: Accelerator; birth?: Birth },
  sockets: MachineSockets,
): string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-name', 'assay'],
    ...['-machine', birth === 'boot' ? 'q35' : 'q35,memory-backend=ram', ...acceleration(accelerator)],
    ...memory(spec, birth),
    ...['-m', `${spec.memoryMiB}M`, '-smp', String(spec.cpus)],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...boot(image),
    ...disk('root', { file: machineFiles.overlay, format: 'qcow2', readOnly: false }),
    ...disk('assay-agent', { file: machineFiles.agent, format: 'raw', readOnly: true }),
    ...disk('assay-in', { file: machineFiles.input, format: 'raw', readOnly: true }),
    ...disk('assay-out', { file: machineFiles.output, format: 'raw', readOnly: false }),
    ...(wantsNetwork(spec) ? network : []),
    ...['-object', 'rng-random,id=entropy,filename=/dev/urandom', '-device', 'virtio-rng-pci,rng=entropy'],
    ...['-device', 'virtio-serial-pci'],
    ...(['control', 'log', 'terminal'] as const).flatMap((name) => port(name, sockets[name])),
    ...[
      '-chardev',
      `socket,id=console,path=${sockets.console},server=on,wait=off`,
      '-serial',
      'chardev:console',
    ],
    ...['-device', 'pvpanic-pci'],
    ...[
      '-chardev',
      `socket,id=qmp,path=${sockets.qmp},server=on,wait=off`,
      '-mon',
      'chardev=qmp,mode=control',
    ],
    ...['-action', 'panic=shutdown,shutdown=poweroff'],
  ]
}

/** A clone waits for its state, and then for the word to go on. */
function memory({ memoryMiB }: MachineSpec, birth: Birth): string[] {
  if (birth === 'boot') return []
  const file = (path: string, share: string): string =>
    `memory-backend-file,id=ram,size=${memoryMiB}M,mem-path=${path},share=${share}`
  if (birth === 'template') return ['-object', file(machineFiles.memory, 'on')]
  return ['-object', file(`/proc/self/fd/${inherited.memory}`, 'off'), '-S', '-incoming', 'defer']
}

/**
 * What an emulated processor has, less what makes it slower than it would be without: `erms` has kernels copy memory byte
 * by byte, where each byte is a round of emulation; `la57` puts a fifth table on the way to each page; `smap`, `umip`
 * and `pku` guard a guest against its own programs, and are asked at each crossing.
 */
const emulated = 'max,-erms,-la57,-smap,-umip,-pku'

/** Emulation keeps what it translated: without a bound that is up to 1 GiB beside the machine's own memory. */
export const acceleration = (accelerator: Accelerator): string[] =>
  accelerator === 'kvm' ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg,tb-size=256', '-cpu', emulated]

/** The name by which qemu tells that a port was opened or closed inside. */
export const portDevice = (name: string): string => `port-${name}`

/** The name by which the link is cut. */
export const networkDevice = 'net'

/** Always the same, so that an image can set it up without asking. No IPv6, no servers that could be asked for files. */
const network = [
  '-netdev',
  'user,id=user,ipv6=off,net=10.0.2.0/24,host=10.0.2.2,dns=10.0.2.3',
  '-device',
  `virtio-net-pci,netdev=user,id=${networkDevice},mac=52:54:00:61:73:79,romfile=`,
]

function boot({ kernel }: BootDisk['facts']): string[] {
  if (!kernel) return []
  return ['-kernel', machineFiles.kernel, '-initrd', machineFiles.initrd, '-append', kernel.append]
}

/** The check may lose what it wrote when the host crashes: it is thrown away anyway, so nothing waits for the disk. */
function disk(
  name: string,
  { file, format, readOnly }: { file: string; format: string; readOnly: boolean },
): string[] {
  const drive = `file=${file},format=${format},if=none,id=${name},cache=unsafe,discard=unmap`
  return [
    '-drive',
    drive + (readOnly ? ',readonly=on' : ''),
    '-device',
    `virtio-blk-pci,drive=${name},serial=${name}`,
  ]
}

function port(name: string, socket: string): string[] {
  const chardev = ['-chardev', `socket,id=${name},path=${socket},server=on,wait=off`]
  return [...chardev, '-device', `virtserialport,chardev=${name},name=assay.${name},id=${portDevice(name)}`]
}
