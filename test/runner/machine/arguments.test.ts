/** What qemu is told, without a qemu. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { type Accelerator, machineSockets, qemuArguments } from '../../../runner/machine/arguments.ts'
import type { MachineSpec } from '../../../runner/machine/machine.ts'
import { relayWords } from '../../../runner/machine/network.ts'

const facts = {
  name: 'x',
  arch: 'x86_64',
  digest: '',
  builtAt: '',
  packages: [],
  disk: { file: 'd', format: 'qcow2' },
} as const
const sockets = machineSockets('/s')
const spec: MachineSpec = {
  image: 'x',
  arch: 'x86_64',
  memoryMiB: 512,
  cpus: 2,
  diskMiB: 64,
  network: 'none',
  prepareNetwork: false,
  input: '/in',
}
const told = (changes: Partial<MachineSpec> = {}): string[] =>
  qemuArguments({ ...spec, ...changes }, facts, { accelerator: 'tcg' }, sockets)

describe('the arguments of qemu', () => {
  it('give a network device only to a machine that needs one', () => {
    const has = (args: string[]): boolean => args.some((word) => /net/.test(word))
    ok(!has(told()))
    for (const changes of [{ prepareNetwork: true }, { network: 'mirror' }] as const) ok(has(told(changes)))
  })

  it('deny in the sandbox all that can be denied, and bound what emulation keeps', () => {
    const args = told()
    ok(args.includes('on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'))
    ok(args.includes('tcg,tb-size=256'))
    ok(args.includes('-nodefaults') && args.includes('-no-user-config'))
  })

  it('emulate a whole processor, but for what only slows an emulated one down', () => {
    const processor = (accelerator: Accelerator): string | undefined => {
      const args = qemuArguments(spec, facts, { accelerator }, sockets)
      return args[args.indexOf('-cpu') + 1]
    }
    equal(processor('tcg'), 'max,-erms,-la57,-smap,-umip,-pku')
    equal(processor('kvm'), 'host')
  })

  it('open files of the machine’s own folder only, writable no more than overlay and output', () => {
    const drives = told().filter((word) => word.startsWith('file='))
    deepEqual(
      drives.map((word) => [word.split(',')[0], word.includes('readonly=on')]),
      [
        ['file=overlay.qcow2', false],
        ['file=agent.tar', true],
        ['file=input.squashfs', true],
        ['file=output.raw', false],
      ],
    )
  })

  it('boot the image’s kernel where it has one, and its own disk otherwise', () => {
    ok(!told().includes('-kernel'))
    const kernel = { file: 'vmlinuz', initrd: 'initrd', append: 'quiet' }
    const args = qemuArguments(spec, { ...facts, kernel }, { accelerator: 'kvm' }, sockets)
    deepEqual(args.slice(args.indexOf('-kernel'), args.indexOf('-kernel') + 6), [
      '-kernel',
      'kernel',
      '-initrd',
      'initrd',
      '-append',
      'quiet',
    ])
  })

  it('map the memory of a template for others to keep, and in a clone for itself alone', () => {
    const born = (birth: 'template' | 'clone'): string[] =>
      qemuArguments(spec, facts, { accelerator: 'tcg', birth }, sockets)
    const memory = (args: string[]): string | undefined => args.find((word) => word.startsWith('memory-'))
    equal(memory(told()), undefined)
    equal(memory(born('template')), 'memory-backend-file,id=ram,size=512M,mem-path=memory,share=on')
    equal(memory(born('clone')), 'memory-backend-file,id=ram,size=512M,mem-path=/proc/self/fd/3,share=off')
    ok(born('clone').includes('-S'), 'it waits')
  })

  it('quote the words of the relay for the shell', () => {
    const script = relayWords("/tmp/it's", ['setpriv'])[2] ?? ''
    ok(script.includes(`'UNIX-CONNECT:/tmp/it'\\''s'`))
  })
})
