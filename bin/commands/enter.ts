/** `assay enter`: a terminal in a machine that was kept up on this host. */
import { connect } from 'node:net'
import { once } from 'node:events'
import { Command } from '@commander-js/extra-typings'
import { heldSocket } from '../../runner/hold-machine.ts'
import { endWith, examples, UsageError } from '../command.ts'
import { say } from '../output.ts'
import { joinTerminal, requireTerminal, wayOutWords } from '../terminal.ts'

export default new Command('enter')
  .summary('open a terminal in a machine that was kept')
  .description('Opens a terminal in a machine that `assay run --keep`, or a runner of this host, keeps up.')
  .argument('<id>', 'the machine, as it was named when it was kept')
  .addHelpText('after', examples('enter 3f9c2a'))
  .action(async (id) => {
    const path = heldSocket(id)
    if (path === null) throw new UsageError(`${JSON.stringify(id)} names no machine`)
    requireTerminal()
    const wire = connect(path)
    try {
      await once(wire, 'connect')
    } catch {
      say(`assay: there is no machine ${id} on this host, or it is another user's`)
      endWith(1)
      return
    }
    say(wayOutWords)
    await joinTerminal(wire)
    wire.destroy()
  })
