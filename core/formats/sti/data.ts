/** What a playbook's YAML holds, as text and lists of text, however it is written. Pure. */
import { isData, type Data } from '../fmf/merge.ts'

/** null: it is no plain value. */
export const textIn = (value: unknown): string | null =>
  ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : null

/** One or several, in a list or between commas. */
export const textsIn = (value: unknown): string[] =>
  (Array.isArray(value) ? (value as unknown[]) : [value])
    .flatMap((one) => (typeof one === 'string' ? one.split(',') : [textIn(one)]))
    .flatMap((one) => (one === null || one.trim() === '' ? [] : [one.trim()]))

/** Of keys, or of a list of some, which Ansible takes together. */
export const dataIn = (value: unknown): Data =>
  Array.isArray(value)
    ? Object.fromEntries(value.filter(isData).flatMap((one) => Object.entries(one)))
    : isData(value)
      ? value
      : {}
