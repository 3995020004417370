/** Machines whose processor is held up while they begin: their qemu stands still while the host's answer comes. */
import { readdir, readlink, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { loadClone, wakeClone } from '../../runner/machine/clone.ts'
import type { Machine, MachineSpec } from '../../runner/machine/machine.ts'
import { machinesFolder, type Machines } from '../../runner/machine/machines.ts'
import { templateStore } from '../../runner/machine/templates.ts'
import { testMachineData, tinyImage } from './image.ts'

/** `hold`: for how many milliseconds at the first, second ... answer to what time it is. */
export const heldUp = (
  machines: Machines,
  templates: string,
  hold: (answer: number) => number,
): Machines => ({
  ...machines,
  async open(spec, signal) {
    const store = templateStore(templates, { info: () => undefined, warn: () => undefined })
    try {
      return await openHeldUp(spec, { machines, store, hold, signal })
    } finally {
      await store.close()
    }
  },
})

async function openHeldUp(
  spec: MachineSpec,
  {
    machines: { accelerator, qemu },
    store,
    hold,
    signal,
  }: {
    machines: Machines
    store: ReturnType<typeof templateStore>
    hold: (answer: number) => number
    signal: AbortSignal
  },
): Promise<Machine> {
  const images = await tinyImage()
  const image = await images.get(spec.image)
  const folder = machinesFolder(testMachineData)
  const bounds = { bootTimeoutMs: 180_000, silenceMs: 45_000, internetAllowed: false, proxy: '' }
  const settings = { images, folder, accelerator, qemu, ...bounds }
  const template = await store.get(spec, { image, settings }, signal)
  const loaded = await loadClone(spec, { image, template, settings, signal })
  const pid = await processIn(loaded.place.folder)
  let answers = 0
  const tell = (line: string): void => {
    const ms = line.startsWith('time ') ? hold(++answers) : 0
    if (ms > 0) {
      process.kill(pid, 'SIGSTOP')
      setTimeout(() => process.kill(pid, 'SIGCONT'), ms)
    }
    loaded.life.tell(line)
  }
  const slow = { ...loaded, life: { ...loaded.life, tell } }
  return wakeClone(slow, { spec, facts: { image: spec.image }, settings, signal })
}

/** The process that runs in a folder. */
async function processIn(folder: string): Promise<number> {
  const path = await realpath(folder)
  for (const pid of (await readdir('/proc')).map(Number))
    if (pid > 0 && (await readlink(join('/proc', String(pid), 'cwd')).catch(() => '')) === path) return pid
  throw new Error(`no process runs in ${folder}`)
}
