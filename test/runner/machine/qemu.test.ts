/** The contract of machines, kept by real qemu with a real guest that boots from cold. */
import type { Machines } from '../../../runner/machine/machines.ts'
import { machineContract } from '../../support/machine-contract.ts'
import { buildTimeout, testMachines } from '../../support/machines.ts'

describe('a machine that boots', function () {
  this.timeout(60_000)
  let machines: Machines
  before(async function () {
    this.timeout(buildTimeout)
    machines = await testMachines({ clones: false })
  })
  after(() => machines.close())

  machineContract(() => machines)
})
