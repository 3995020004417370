/** Moves the state of a machine out of one qemu and into another. */
import type { EventEmitter } from 'node:events'
import type { Qmp } from './qmp.ts'

export interface Migration {
  verb: 'migrate' | 'migrate-incoming'
  uri: string
  until: AbortSignal
}

/**
 * Memory that is a file is not part of the state. `bus` tells of `migration`, with how it stands, and of `death`.
 */
export async function migrate(qmp: Qmp, bus: EventEmitter, { verb, uri, until }: Migration): Promise<void> {
  const capabilities = ['events', 'x-ignore-shared'].map((capability) => ({ capability, state: true }))
  await qmp.command('migrate-set-capabilities', { capabilities })
  const ended = new Promise<void>((done, failed) => {
    bus.on('migration', (status) => {
      if (status === 'completed') done()
      if (status === 'failed') failed(new Error('qemu could not move the state of the machine'))
    })
    bus.once('death', () => failed(new Error('qemu ended over the state of the machine')))
    until.addEventListener('abort', () => failed(until.reason as Error))
    if (until.aborted) failed(until.reason as Error)
  })
  await Promise.all([ended, qmp.command(verb, { uri })])
}
