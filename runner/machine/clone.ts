/** A machine that wakes where its template was frozen: loaded and at rest first, made somebody's own later. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { MachineFacts } from '../../schemas/types.gen.ts'
import type { Image } from '../images.ts'
import { inherited } from './arguments.ts'
import { beginner } from './begin.ts'
import { cloneDisks, fillForRehearsal, fillInput, templateFiles } from './disks.ts'
import { launch, type QemuSettings } from './launch.ts'
import type { Life } from './life.ts'
import type { Machine, MachineSpec } from './machine.ts'
import { makePlace, type Place } from './place.ts'
import { machineOf } from './qemu.ts'
import type { Template } from './template.ts'

/** From nothing to loaded, and from loaded to begun, each. Generous: an emulated machine on a busy host. */
const limitMs = { kvm: 30_000, tcg: 90_000 }

export interface Loaded extends AsyncDisposable {
  life: Life
  place: Place
  spec: MachineSpec
  /** Whether it has run, and rests again. */
  hasRun: boolean
}

export interface Loading {
  image: Image
  template: Template
  settings: QemuSettings
  signal: AbortSignal
}

/** Loads a clone and leaves it at rest. Rejects, having cleaned up after itself. */
export async function loadClone(spec: MachineSpec, loading: Loading): Promise<Loaded> {
  const { image, template, settings } = loading
  const signal = AbortSignal.any([loading.signal, AbortSignal.timeout(limitMs[settings.accelerator])])
  const place = await makePlace(settings.folder)
  let life: Life | null = null
  try {
    const owned = await cloneDisks(place.folder, image, template.folder)
    await using state = await open(join(template.folder, templateFiles.state), 'r')
    const inherits = { memory: template.memory, state }
    life = await launch(spec, { image, place, owned, birth: 'clone', inherits, settings, signal })
    await life.loadState(`fd:${inherited.state}`, signal)
    return { life, place, spec, hasRun: false, [Symbol.asyncDispose]: discarder(life, place) }
  } catch (error) {
    await life?.end()
    await place.clean()
    throw error
  }
}

/** Lets a clone that nobody waits for run for a moment, so that what emulation must translate it has translated. */
export async function warmClone(clone: Loaded, { settings, signal }: Loading): Promise<void> {
  const { life, place } = clone
  const until = AbortSignal.any([signal, AbortSignal.timeout(limitMs[settings.accelerator])])
  await fillForRehearsal(place.folder)
  await life.wake()
  const warm = life.hear(({ say }) => say === 'warm', until)
  life.tell('warm some')
  if (!(await warm)) throw new Error(`The clone died while it warmed up (${life.death()?.how ?? ''}).`)
  await life.rest()
  clone.hasRun = true
}

/** Hands over what it works on, and makes it a machine of its own. Rejects, having cleaned up after itself. */
export async function wakeClone(
  loaded: Loaded,
  {
    spec,
    facts,
    settings,
    signal,
  }: { spec: MachineSpec; facts: MachineFacts; settings: QemuSettings; signal: AbortSignal },
): Promise<Machine> {
  const { life, place } = loaded
  const until = AbortSignal.any([signal, AbortSignal.timeout(limitMs[settings.accelerator])])
  const filled = fillInput(place.folder, spec.input, until)
  try {
    const begin = beginner(life, facts)
    filled.catch(() => undefined)
    // Qemu since 8.2 learns how large a disk is when it first goes on: not of one that is being filled.
    if (!loaded.hasRun) await filled
    await life.wake()
    if (!(await begin(until, filled)))
      throw new Error(`The clone died as it woke (${life.death()?.how ?? ''}).`)
    return machineOf(life, { spec, place, begin, facts })
  } catch (error) {
    await filled.catch(() => undefined)
    await loaded[Symbol.asyncDispose]()
    throw error
  }
}

const discarder = (life: Life, place: Place) => (): Promise<void> => life.end().then(place.clean, place.clean)
