/** `assay enter`: a terminal in a machine that was kept up on this host. */
import { connect } from 'node:net'
import { once } from 'node:events'
import { heldSocket } from '../../runner/hold-machine.ts'
import { readArguments } from '../arguments.ts'
import { UsageError, type Command } from '../command.ts'
import { say } from '../output.ts'
import { joinTerminal, requireTerminal, wayOutWords } from '../terminal.ts'

export default {
  usage: 'ID',
  summary: 'A terminal in a machine that `assay run --keep`, or a runner of this host, keeps up.',
  async run(args) {
    const { positionals } = readArguments(args, {}, { least: 1, most: 1 })
    const id = positionals[0] ?? ''
    const path = heldSocket(id)
    if (path === null) throw new UsageError(`${JSON.stringify(id)} names no machine`)
    requireTerminal()
    const wire = connect(path)
    try {
      await once(wire, 'connect')
    } catch {
      say(`assay: there is no machine ${id} on this host, or it is another user's`)
      return 1
    }
    say(wayOutWords)
    await joinTerminal(wire)
    wire.destroy()
    return 0
  },
} satisfies Command
