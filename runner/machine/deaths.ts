/** Ways for a machine to die, and what its console adds to them. */
import { sentences } from '../../core/verdict.ts'
import type { ConsoleTail } from './console.ts'
import type { PhaseEnd } from './machine.ts'
import type { QmpEvent } from './qmp.ts'

export type Death = PhaseEnd

/** What qemu says of a machine that has come to an end; null: nothing of that kind. */
export function deathOf({ event, data }: QmpEvent): Death | null {
  if (event === 'GUEST_PANICKED') return { how: 'guest_panic' }
  if (event === 'BLOCK_IO_ERROR')
    return { how: 'machine_error', detail: 'The host could not write the machine’s disk.' }
  if (data['guest'] !== true) return null
  if (event === 'SHUTDOWN')
    return { how: data['reason'] === 'guest-panic' ? 'guest_panic' : 'guest_poweroff' }
  return event === 'RESET' ? { how: 'guest_reset' } : null
}

/**
 * The same death as its console explains it: a panicking kernel resets or powers off, and what a kernel complained of
 * before may have led to it.
 */
export function explained(death: Death, console: ConsoleTail): Death {
  const { how, detail } = reallyPanicked(death, console)
  const facts = console.facts()
  if (!how.startsWith('guest_') || (detail === undefined && facts.length === 0)) return death
  return { how, detail: [detail ?? sentences[how as keyof typeof sentences], ...facts].join(' ') }
}

function reallyPanicked(death: Death, console: ConsoleTail): Death {
  if (!['guest_panic', 'guest_poweroff', 'guest_reset'].includes(death.how) || !console.panicked())
    return death
  const words = console.panicWords()
  return { how: 'guest_panic', ...(words && { detail: `The machine’s kernel panicked: ${words}.` }) }
}

/** The end of a phase, with what the kernel complained of while it ran. `before`: how many facts there were. */
export function withFacts(end: PhaseEnd, console: ConsoleTail, before: number): PhaseEnd {
  const facts = console.facts().slice(before)
  return facts.length === 0 ? end : { ...end, detail: [end.detail, ...facts].filter(Boolean).join(' ') }
}
