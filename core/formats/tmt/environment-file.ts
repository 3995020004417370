/** Files of variables that a plan names: KEY=VALUE in lines, as shells have them, or a set of keys in YAML. Pure. */
import { readSource } from '../source.ts'
import { environmentOf, isVariable } from './values.ts'

/** The variables in `text`; null: it cannot be read. */
export function readEnvironmentFile(path: string, text: string): Record<string, string> | null {
  return /\.ya?ml$/.test(path) ? fromYaml(text) : fromLines(text)
}

function fromYaml(text: string): Record<string, string> | null {
  const { data, faults } = readSource(text)
  let isWrong = faults.length > 0
  const found = environmentOf({ data: { file: data }, refuse: () => void (isWrong = true) }, 'file')
  return isWrong ? null : found
}

function fromLines(text: string): Record<string, string> | null {
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(#|$)/.test(line))
  const pairs = lines.map((line) => /^\s*(?:export\s+)?([^=\s]+)=(.*)$/.exec(line.trimEnd()))
  if (!pairs.every((pair) => pair !== null && isVariable(pair[1] ?? ''))) return null
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', unquoted(pair?.[2] ?? '')]))
}

const unquoted = (value: string): string => /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value
