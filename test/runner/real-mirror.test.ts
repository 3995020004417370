/** What only the real mirror can show: that a machine of the recipe's image, as a site has it, installs from the host's sources. */
import assert from 'node:assert/strict'
import { executed } from '../support/executed.ts'
import { stockImage } from '../support/image.ts'
import { buildTimeout, testMachines } from '../support/machines.ts'

describe('a machine of an image as a site has it, at the real mirror', function () {
  this.timeout(3 * buildTimeout)

  it('installs a package of the distribution with what that depends on', async () => {
    const machines = await testMachines({ images: await stockImage(), mirrors: null, clones: false })
    try {
      const check = { run: 'echo 6*7 | bc', packages: ['bc'], timeoutSeconds: 900 }
      const { log, packages } = await executed(machines, { job: { check } })
      assert.match(log, /== running smoke\n42\n/)
      assert.ok(packages?.some((one) => one.startsWith('libreadline8 ')))
    } finally {
      await machines.close()
    }
  })
})
