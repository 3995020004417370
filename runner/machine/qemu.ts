/** A machine that is a qemu process: spoken to over virtio-serial, thrown away at the end. This one boots from cold. */
import { join } from 'node:path'
import type { MachineFacts } from '../../schemas/types.gen.ts'
import type { Image } from '../images.ts'
import { beginner, type Begin } from './begin.ts'
import { allocated, fillInput, machineFiles, makeDisks } from './disks.ts'
import { launch, type QemuSettings } from './launch.ts'
import type { Life } from './life.ts'
import { MachineFailed, type Machine, type MachineSpec } from './machine.ts'
import { wantsNetwork } from './network.ts'
import { askForOutput, leftOut, runPhase } from './phases.ts'
import { makePlace, type Place } from './place.ts'
import { readOutput } from './tar-reader.ts'
import { runTerminal } from './terminal.ts'

export interface Cold {
  image: Image
  settings: QemuSettings
  facts: MachineFacts
  signal: AbortSignal
}

/** Rejects as openMachine promises. */
export async function bootMachine(spec: MachineSpec, cold: Cold): Promise<Machine> {
  const { signal, settings } = cold
  const facts: MachineFacts = { ...cold.facts, start: 'boot' }
  const limit = AbortSignal.timeout(settings.bootTimeoutMs)
  const place = await makePlace(settings.folder)
  let life: Life | null = null
  try {
    const until = AbortSignal.any([signal, limit])
    const owned = await makeDisks(place.folder, cold.image)
    await fillInput(place.folder, spec.input, until)
    life = await launch(spec, { ...cold, place, owned, birth: 'boot', signal: until })
    const begin = beginner(life, facts)
    if (!(await life.hear(({ say }) => say === 'ready', until)) || !(await begin(until)))
      throw new Error(`The machine died while it booted. ${life.death()?.detail ?? life.death()?.how ?? ''}`)
    return machineOf(life, { spec, place, begin, facts })
  } catch (error) {
    const console = life?.console.text() ?? ''
    await life?.end()
    await place.clean()
    const how = signal.aborted ? 'cancelled' : limit.aborted ? 'boot_timeout' : 'machine_error'
    const why =
      how === 'boot_timeout'
        ? `No agent answered within ${settings.bootTimeoutMs / 1000} seconds.`
        : (error as Error).message
    throw new MachineFailed(how, why, { ...cold.facts, ...(console && { console }) })
  }
}

export interface Alive {
  spec: MachineSpec
  place: Place
  begin: Begin
  facts: MachineFacts
}

/** The port to a machine that has begun, however it came to be. */
export function machineOf(life: Life, { spec, place, begin, facts }: Alive): Machine {
  let disposed: Promise<void> | null = null
  const overlay = join(place.folder, machineFiles.overlay)
  const watch = setInterval(() => {
    void allocated(overlay).then(
      (bytes) => {
        if (bytes > spec.diskMiB * (1 << 20))
          life.die({
            how: 'disk_limit',
            detail: `More than ${spec.diskMiB} MiB were written to the machine’s disk.`,
          })
      },
      () => undefined,
    )
  }, 1000)
  return {
    facts,
    console: () => life.console.text(),
    isUp: life.isUp,
    over: life.over,
    async run(phase, options) {
      if (phase === 'check') await closeNetwork(life, spec)
      return runPhase(life, begin, phase, options)
    },
    async terminal(wire, signal) {
      await closeNetwork(life, spec)
      return runTerminal(life, wire, signal)
    },
    async collect(target, limits, stay = false) {
      const dropped = await askForOutput(life, limits)
      if (!stay) await life.end()
      const collected = await readOutput(join(place.folder, machineFiles.output), target, limits)
      if (dropped > 0) collected.notes.push(leftOut(dropped))
      return collected
    },
    async [Symbol.asyncDispose]() {
      clearInterval(watch)
      disposed ??= life.end().then(place.clean, place.clean)
      await disposed
    },
  }
}

/** What preparation needed, the check need not have. */
async function closeNetwork(life: Life, spec: MachineSpec): Promise<void> {
  if (spec.network !== 'none' || !wantsNetwork(spec)) return
  const cut = await life.cutNetwork().catch((error: unknown) => error as Error)
  if (cut && !life.death())
    life.die({ how: 'machine_error', detail: `The network could not be cut: ${cut.message}.` })
}
