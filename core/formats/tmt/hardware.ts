/** What a plan asks of its machine: provision, with its hardware. What no machine here can be is a reason to skip. Pure. */
import { kernelArch } from '../../names.ts'
import { isData, type Data } from '../fmf/merge.ts'
import { phasesOf, type Values } from './values.ts'

export interface Hardware {
  memoryMiB: number
  cpus: number
  diskMiB: number
  /** null: any. */
  arch: string | null
  /** Why no machine will do; null: one will. */
  unmet: string | null
}

const usual: Hardware = { memoryMiB: 2048, cpus: 1, diskMiB: 8192, arch: null, unmet: null }
/** What a machine may have, whatever is asked for. */
const most = { memoryMiB: 32 * 1024, cpus: 16, diskMiB: 200 * 1024 }

/** Ways to get a machine that ours can stand for. */
const methods = ['virtual', 'virtual.testcloud', 'container', 'local', 'connect', 'minute', 'artemis']

export function hardwareOf(values: Values): Hardware {
  const [phase, ...more] = phasesOf(values, 'provision')
  if (!phase) return usual
  if (more.length > 0) return { ...usual, unmet: `it needs ${more.length + 1} machines (provision)` }
  const { how = 'virtual', arch, memory, disk, hardware } = phase
  if (typeof how !== 'string' || !methods.includes(how))
    return { ...usual, unmet: `it needs a machine of ${JSON.stringify(how)} (provision)` }
  const wanted = [
    ...(arch === undefined ? [] : [['arch', arch] as const]),
    // Alone these are numbers of MB and of GB.
    ...(memory === undefined ? [] : [['memory', withUnit(memory, 'MB')] as const]),
    ...(disk === undefined ? [] : [['disk', [{ size: withUnit(disk, 'GB') }]] as const]),
    ...requirements(hardware),
  ]
  return wanted.reduce((machine, [key, value]) => meet(machine, key, value), usual)
}

const withUnit = (value: unknown, unit: string): unknown =>
  typeof value === 'number' ? `${value} ${unit}` : value

/** Key by key, those that `and` holds together too. */
function requirements(hardware: unknown): (readonly [string, unknown])[] {
  if (!isData(hardware)) return hardware === undefined || hardware === null ? [] : [['hardware', hardware]]
  return Object.entries(hardware).flatMap(([key, value]) =>
    key === 'and' && Array.isArray(value) ? value.flatMap(requirements) : [[key, value] as const],
  )
}

function meet(machine: Hardware, key: string, value: unknown): Hardware {
  const unmet = (what: string = JSON.stringify({ [key]: value })): Hardware => ({
    ...machine,
    unmet: machine.unmet ?? `it needs a machine with ${what.slice(0, 200)} (hardware)`,
  })
  const atLeast = (name: 'memoryMiB' | 'cpus' | 'diskMiB', amount: number | null): Hardware => {
    if (amount === null || amount > most[name]) return unmet()
    return { ...machine, [name]: Math.max(machine[name], amount) }
  }
  switch (key) {
    case 'arch':
      return typeof value === 'string'
        ? { ...machine, arch: kernelArch(value.replace(/^=+\s*/, '')) }
        : unmet()
    case 'memory':
      return atLeast('memoryMiB', mebibytes(value))
    case 'cpu':
      return isData(value) ? processors(machine, value, { atLeast, unmet }) : unmet()
    case 'disk': {
      const disks: readonly unknown[] = Array.isArray(value) ? value : [value]
      const [only] = disks
      if (disks.length !== 1 || !isData(only) || Object.keys(only).join() !== 'size') return unmet()
      return atLeast('diskMiB', mebibytes(only['size']))
    }
    case 'virtualization':
      return isVirtual(value) ? machine : unmet('no virtualization')
    default:
      return unmet()
  }
}

interface Meeting {
  atLeast: (name: 'cpus', amount: number | null) => Hardware
  unmet: () => Hardware
}

function processors(machine: Hardware, wanted: Data, { atLeast, unmet }: Meeting): Hardware {
  const counts = Object.entries(wanted).filter(([key]) => ['processors', 'cores', 'threads'].includes(key))
  if (counts.length !== Object.keys(wanted).length) return unmet()
  const amounts = counts.map(([, value]) => amountOf(value)?.amount ?? NaN)
  return amounts.every((amount) => Number.isInteger(amount))
    ? atLeast('cpus', Math.max(machine.cpus, ...amounts))
    : unmet()
}

/** A machine here is a virtual one, and asks nothing of its host that it could hand on. */
const isVirtual = (value: unknown): boolean =>
  isData(value) && Object.entries(value).every(([key, one]) => key === 'is-virtualized' && one === true)

/** `>= 4 GB`, `2048 MiB` in MiB; null: no size, or one that must not be exceeded. */
function mebibytes(value: unknown): number | null {
  const said = amountOf(value)
  if (!said) return null
  const unit = {
    b: 1,
    kb: 1e3,
    mb: 1e6,
    gb: 1e9,
    tb: 1e12,
    kib: 2 ** 10,
    mib: 2 ** 20,
    gib: 2 ** 30,
    tib: 2 ** 40,
    '': 1,
  }
  const bytes = unit[said.unit.toLowerCase() as keyof typeof unit] as number | undefined
  return bytes === undefined ? null : Math.ceil((said.amount * bytes) / 2 ** 20)
}

/** More than was asked for will do, but where it is to be less. */
function amountOf(value: unknown): { amount: number; unit: string } | null {
  const [, sign = '', amount, unit = ''] =
    /^(>=|>|==|=|~)?\s*(\d{1,12}(?:\.\d{1,6})?)\s*([A-Za-z]*)$/.exec(String(value).trim()) ?? []
  return amount === undefined
    ? null
    : { amount: Number(amount) + (sign === '>' && unit === '' ? 1 : 0), unit }
}
