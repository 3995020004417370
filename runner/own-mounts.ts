/** A namespace for a program that mounts: what it mounts is gone with it, however it ends. */
import { command, CommandFailed, type CommandOptions } from './command.ts'

const unshare = 'unshare'
const apart = ['--mount', '--propagation', 'private']

/**
 * Runs `program` in one, where the host allows that. Elsewhere a program that is killed leaves its mounts behind, and
 * whoever removes its folder would go through them.
 */
export async function commandWithOwnMounts(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  return (await isAllowed())
    ? command(unshare, [...apart, program, ...args], options)
    : command(program, args, options)
}

const isAllowed = (): Promise<boolean> =>
  command(unshare, [...apart, 'true']).then(
    () => true,
    (error: unknown) => {
      if (error instanceof CommandFailed) return false
      throw error
    },
  )
