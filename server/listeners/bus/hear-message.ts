/** One message of a bus, through whatever door it came: understood, then stored, ignored or set aside. Safe to repeat. */
import { understand } from '../../../core/listening/understand.ts'
import type { BusListener } from '../../../schemas/types.gen.ts'
import { AppError } from '../../../core/errors.ts'
import { hear, type Outcome } from '../../flows/hear.ts'
import type { Services } from '../../services.ts'
import type { BusMessage } from './read-message.ts'

export async function hearMessage(
  services: Services,
  bus: BusListener,
  message: BusMessage,
): Promise<Outcome> {
  const origin = { listener: bus.name, message }
  if (message.unreadable !== null)
    return hear(services, origin, { kind: 'malformed', why: message.unreadable })
  try {
    return await hear(services, origin, understand(message, bus))
  } catch (error) {
    // What is wrong with the message itself is wrong however often it is tried.
    if (!(error instanceof AppError) || error.status >= 500) throw error
    return hear(services, origin, { kind: 'malformed', why: error.message })
  }
}
