/** A stock cloud image becomes an image of ours, and its machines are as good as any. */
import { equal, match, notEqual } from 'node:assert/strict'
import { join } from 'node:path'
import { imageStore } from '../../runner/images.ts'
import type { MachineSpec } from '../../runner/machine/machine.ts'
import { openMachines, type Machines } from '../../runner/machine/machines.ts'
import { runOnTime, tellTime } from '../support/clock.ts'
import { cloudImage } from '../support/cloud-image.ts'
import { temporaryFolder } from '../support/folder.ts'
import { never, openMachine } from '../support/machines.ts'

/** Emulated, a stock system boots slowly: twice here, once for its first boot and once for the template. */
const patience = 20 * 60_000
const shape: Partial<MachineSpec> = { image: 'stock', memoryMiB: 1024, network: 'mirror' }

describe('a stock cloud image that was imported', function () {
  this.timeout(patience)

  it('boots by itself with the agent in it, and no two of its machines are alike', async () => {
    await using folder = await temporaryFolder()
    const images = imageStore(join(folder.path, 'images'))
    const disk = await cloudImage()
    const warnings: string[] = []
    const log = { info: () => undefined, warn: (_: object, words: string) => void warnings.push(words) }
    const machines = await openMachines({
      ...{ data: folder.path, images, mirrors: null, internetAllowed: false, log },
    })
    try {
      const adopt = (copy: Parameters<Machines['adopt']>[0]): Promise<void> => machines.adopt(copy, never)
      equal((await images.importDisk(disk, 'stock', { adopt })).facts.kernel, undefined)
      const [one, other] = [await lookAt(machines), await lookAt(machines)]
      equal(warnings.join(), '')
      for (const { start, state, candidate } of [one, other]) {
        // From lists that its template fetched.
        match(candidate ?? '', /^ *Candidate: \d/)
        equal(start, 'clone')
        equal(state, 'running')
      }
      match(one.key, /^SHA256:/)
      for (const what of ['uuid', 'random', 'id', 'name', 'key'] as const)
        notEqual(one[what], other[what], `the same ${what}`)
    } finally {
      await machines.close()
    }
  })
})

/** What a check sees of itself with its first instructions. */
async function lookAt(machines: Machines) {
  const check = `${tellTime}
    cat /proc/sys/kernel/random/uuid
    perl -e 'my $b = "\\0" x 16; syscall 318, $b, 16, 0; print unpack("H*", $b), "\\n"'
    cat /etc/machine-id /proc/sys/kernel/hostname
    ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2
    systemctl is-system-running
    apt-cache policy hello | grep Candidate`
  await using machine = await openMachine(machines, { check }, shape)
  const [uuid, random, id, name, key = '', state, candidate] = await runOnTime(machine)
  return { start: machine.machine.facts.start, uuid, random, id, name, key, state, candidate }
}
