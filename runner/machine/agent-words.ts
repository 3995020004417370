/** What the agent in a machine says, a line each. The machine may be hostile: what is no such line is junk. Pure. */
import type { AgentMessage } from '../../schemas/types.gen.ts'
import { validateAgentMessage } from '../../schemas/validate.ts'

/** Bytes of the longest line. */
export const longestWords = 4096

/** The message that `line` is; null: it is none. */
export function agentMessage(line: string): AgentMessage | null {
  // A machine that writes nothing but newlines must not cost an error for each.
  if (!line.startsWith('{')) return null
  try {
    return validateAgentMessage(JSON.parse(line)).value ?? null
  } catch {
    return null
  }
}
