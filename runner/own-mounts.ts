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
  const around = { ...options, env: { ...(options.env ?? process.env), PATH: systemPath } }
  return (await isAllowed())
    ? command(unshare, [...apart, program, ...args], around)
    : command(program, args, around)
}

/** The host's own programs alone: a python of the caller's, in front of its own, made mmdebstrap take minutes. */
const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin'

const isAllowed = (): Promise<boolean> =>
  command(unshare, [...apart, 'true']).then(
    () => true,
    (error: unknown) => {
      if (error instanceof CommandFailed) return false
      throw error
    },
  )
