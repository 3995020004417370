/** The port to a fresh, disposable machine: what the runner may ask of one, whatever stands behind it. */
import type { Duplex } from 'node:stream'
import { plainMachine } from '../../core/check.ts'
import type { Ending, MachineFacts } from '../../schemas/types.gen.ts'

export type Phase = 'prepare' | 'check'

/** What a machine must be. Sizes in MiB. */
export interface MachineSpec {
  /** Name of an image in the image store. */
  image: string
  arch: string
  memoryMiB: number
  cpus: number
  /** How much the check may write on the machine's disk before the machine is stopped with `disk_limit`. */
  diskMiB: number
  /** The network the check itself may see. With `none` the link is cut before the check's first instruction. */
  network: 'none' | 'mirror' | 'internet'
  /** Whether preparation installs something and so needs the mirror. Neither it nor `network`: no network device. */
  prepareNetwork: boolean
  /** Folder on the host shown to the machine read-only: `tree/`, `build/` and `job/` (see guest/hand-over.ts). */
  input: string
}

/** How a phase ended: the process's exit code, or why there is none. */
export type PhaseEnd = Pick<Ending, 'how' | 'exitCode' | 'detail'>

/** The machine of a check that says nothing about it. */
export const defaultShape = (image: string): MachineSpec => ({
  ...{ ...plainMachine, image, arch: 'x86_64' },
  ...{ network: 'none', prepareNetwork: true, input: '' },
})

/** What was read back after the machine was gone. */
export interface Collected {
  /** Files under `artifacts/` of the target folder, by path, with their size in bytes. */
  files: { path: string; size: number }[]
  /** Whole content of $ASSAY_RESULTS, at most 4 MiB; null when the check wrote none. */
  results: string | null
  /** The packages that were installed when the check began or, after a reboot, went on: `name version` a line; null where none are known. */
  packages: string | null
  /** What the check reports in a format of its own choosing: at most 100 texts, 8 MiB in all. */
  reports: string[]
  /** What was dropped or cut, in words for people. */
  notes: string[]
}

export interface RunOptions {
  /** Counts from the phase's start, in the runner's clock. */
  timeoutMs: number
  /** Output of the phase, stdout and stderr as one, in order. At most `logLimit` bytes in all, then `log_limit`. */
  onOutput: (chunk: Buffer) => void
  logLimit: number
  signal: AbortSignal
}

export interface CollectLimits {
  fileBytes: number
  totalBytes: number
  files: number
}

/**
 * A fresh machine that exists from `openMachine` until it is disposed.
 * Order of calls: run('prepare') at most once, then run('check') once or a terminal, collect at most once; terminals one
 * after the other in a machine that stays up. No call overlaps another.
 * A machine that died (panic, power-off, disk limit) says so at the running or next call; nothing here ever hangs
 * longer than its own limit. Disposal is idempotent, never throws, and leaves no process, socket or file.
 */
export interface Machine extends AsyncDisposable {
  readonly facts: MachineFacts
  run: (phase: Phase, options: RunOptions) => Promise<PhaseEnd>
  /**
   * Lets a person in, who sees the network that the check sees. What comes over `wire` is as bin/terminal.ts sends it.
   * Resolves when the terminal was left or `wire` has ended (null), or with how the machine died.
   */
  terminal: (wire: Duplex, signal: AbortSignal) => Promise<PhaseEnd | null>
  /**
   * Unpacks what the machine left into `target`, and powers it down for good unless it is to `stay` up. Works on
   * machines that died, too.
   */
  collect: (target: string, limits: CollectLimits, stay?: boolean) => Promise<Collected>
  isUp: () => boolean
  /** Resolves when it is not up any more. */
  over: Promise<void>
  /** The serial console's last lines, printable characters only, at most 16 KiB. */
  console: () => string
}

/**
 * Opens a machine, up to an agent that answers. Rejects with MachineFailed (reasons boot_timeout, machine_error,
 * image_unavailable or cancelled when `signal` fires), having cleaned up after itself.
 */
export type OpenMachine = (spec: MachineSpec, signal: AbortSignal) => Promise<Machine>

/** A machine that never came to be: infrastructure, never the package's fault. */
export class MachineFailed extends Error {
  readonly how: 'boot_timeout' | 'machine_error' | 'image_unavailable' | 'cancelled'
  readonly facts: MachineFacts

  constructor(how: MachineFailed['how'], message: string, facts: MachineFacts) {
    super(message)
    this.name = 'MachineFailed'
    this.how = how
    this.facts = facts
  }
}
