/** Options and operands of a command line, read strictly: what is unknown, missing or too much is a UsageError. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { UsageError } from './command.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/** `operands`: how few and how many. Every command knows `--json`. */
export function readArguments<T extends Options>(
  args: string[],
  options: T,
  operands: { least: number; most: number },
) {
  try {
    const all = { ...options, json: { type: 'boolean' } } as const
    const { values, positionals } = parseArgs({ args, options: all, allowPositionals: true, strict: true })
    if (positionals.length < operands.least) throw new UsageError('something is missing')
    if (positionals.length > operands.most)
      throw new UsageError(`${JSON.stringify(positionals[operands.most])} is too much`)
    return { values, positionals }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}
