/** Messages of a bus, through whatever door they came: understood, then stored, ignored or set aside. Safe to repeat. */
import type { Heard } from '../../../core/listening/heard.ts'
import { understand } from '../../../core/listening/understand.ts'
import type { BusListener } from '../../../schemas/types.gen.ts'
import { AppError } from '../../../core/errors.ts'
import { hear } from '../../flows/hear.ts'
import type { Outcome, Told } from '../../flows/told.ts'
import type { Services } from '../../services.ts'
import type { BusMessage } from './read-message.ts'

/** In the order of `messages`. What goes wrong with one of them goes wrong with no other. */
export async function hearMessages(
  services: Services,
  bus: BusListener,
  messages: readonly BusMessage[],
): Promise<Outcome[]> {
  const told = messages.map((message) => ({ message, heard: meaningOf(message, bus) }))
  if (told.length > 1)
    try {
      return await hear(services, bus.name, told)
    } catch (error) {
      services.log.debug({ err: error, listener: bus.name }, 'messages are heard one by one')
    }
  const outcomes: Outcome[] = []
  for (const one of told) outcomes.push(...(await hearOne(services, bus, one)))
  return outcomes
}

function meaningOf(message: BusMessage, bus: BusListener): Heard {
  return message.unreadable === null
    ? understand(message, bus)
    : { kind: 'malformed', why: message.unreadable }
}

async function hearOne(services: Services, bus: BusListener, one: Told): Promise<Outcome[]> {
  try {
    return await hear(services, bus.name, [one])
  } catch (error) {
    // What is wrong with the message itself is wrong however often it is tried.
    if (!(error instanceof AppError) || error.status >= 500) throw error
    return hear(services, bus.name, [{ ...one, heard: { kind: 'malformed', why: error.message } }])
  }
}
