/**
 * Makes what the tests' machines start from, images and templates, so that no test waits for it: bin/test runs this beside
 * lint and the first tests. What is there is left as it is. With --usual it makes only what most tests need.
 */
import { rm } from 'node:fs/promises'
import { keptTemplates } from '../../runner/machine/kept-templates.ts'
import { defaultShape, type MachineSpec } from '../../runner/machine/machine.ts'
import { adoptedImage } from './cloud-image.ts'
import { temporaryFolder } from './folder.ts'
import { sharedTemplates } from './home.ts'
import { tinyImage, toolsImage } from './image.ts'
import { never, testMachines } from './machines.ts'
import { servePackages } from './serve-packages.ts'

/** Templates whose lists of packages would be renewed beside a test go, unless somebody is using them. */
const [oldMs, unusedMs] = [18 * 3_600_000, 1_800_000]

for (const { path, usedAt, facts } of await keptTemplates(sharedTemplates)) {
  const age = Date.now() - Date.parse(facts?.madeAt ?? '')
  if (facts?.lists !== 'none' && age > oldMs && Date.now() - usedAt > unusedMs)
    await rm(path, { recursive: true, force: true })
}

await using folder = await temporaryFolder()
const packages = await servePackages(folder.path)
/** One after the other on one processor, on another what does not need it. */
const usual = tinyImage().then(async () => {
  await prepare('tiny', { network: 'none' })
  await prepare('tiny', { network: 'mirror' })
})
const others = (): Promise<void> =>
  toolsImage().then(async () => {
    await prepare('tools', { network: 'mirror' })
    await adoptedImage()
    await prepare('stock', { network: 'mirror', memoryMiB: 1024 })
  })
const all = await Promise.allSettled(process.argv.includes('--usual') ? [usual] : [usual, others()])
await packages.close()
for (const one of all) if (one.status === 'rejected') throw one.reason

async function prepare(image: string, changes: Partial<MachineSpec>): Promise<void> {
  const machines = await testMachines()
  try {
    const spec = { ...defaultShape(image), memoryMiB: 256, prepareNetwork: false, ...changes }
    if (!(await machines.prepare(spec, never))) throw new Error(machines.warnings.join())
  } finally {
    await machines.close()
  }
}
