/** The contract of machines, kept by real qemu with a real guest that boots from cold. */
import { equal } from 'node:assert/strict'
import type { Machines } from '../../../runner/machine/machines.ts'
import { machineContract } from '../../support/machine-contract.ts'
import { buildTimeout, openMachine, testMachines } from '../../support/machines.ts'

describe('a machine that boots', function () {
  this.timeout(buildTimeout)
  let machines: Machines
  before(async () => {
    machines = await testMachines({ clones: false })
  })
  after(() => machines.close())

  machineContract(() => machines)

  it('begins a check as soon as there is room for its processes again', async () => {
    // The agent may have no more processes than itself, for a while.
    const prepare = `cd /sys/fs/cgroup; echo +pids >cgroup.subtree_control; mkdir full; echo 1 >full/pids.max
      setsid sh -c 'echo '$PPID' >full/cgroup.procs; sleep 5; echo max >full/pids.max' &
      until grep -q . full/cgroup.procs; do sleep 0.1; done`
    const check = 'cat /sys/fs/cgroup/full/pids.max'
    await using machine = await openMachine(machines, { prepare, check })
    equal((await machine.run('prepare')).exitCode, 0)
    equal((await machine.run('check')).exitCode, 0)
    equal(machine.output(), 'max\n')
  })
})
