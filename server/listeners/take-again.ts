/** A message that was set aside is taken again, as if its bus had just delivered it. */
import { AppError } from '../../core/errors.ts'
import type { Outcome } from '../flows/told.ts'
import type { Services } from '../services.ts'
import type { SetAside } from '../store/set-aside.ts'
import { hearMessages } from './bus/hear-messages.ts'
import { readBody } from './bus/read-message.ts'

/**
 * What became of it; still not understood, it stays, with what is wrong with it now. Throws NOT_FOUND, NOT_KEPT and
 * LISTENER_GONE.
 */
export async function takeAgain(services: Services, id: number): Promise<Outcome> {
  const { stores, settings } = services
  const message = await stores.setAside.get(id)
  const bus = settings.listeners?.buses?.find(({ name }) => name === message.listener)
  if (!bus)
    throw new AppError(
      'LISTENER_GONE',
      409,
      `The settings name no bus ${message.listener}: only what came from one can be taken again.`,
    )
  const bytes = Buffer.from(keptText(message))
  const { topic, messageId } = message
  const again = { topic, id: messageId, sentAt: null, bytes, ...readBody(bytes) }
  const [outcome = 'set_aside'] = await hearMessages(services, bus, [again])
  if (outcome !== 'set_aside') await stores.setAside.remove(id)
  return outcome
}

/** What was not text holds signs of its own for what could not be kept: that is not what was sent. */
function keptText({ id, body }: SetAside): string {
  if (body !== null && !body.includes('\u{FFFD}')) return body
  throw new AppError(
    'NOT_KEPT',
    409,
    `Message ${id} was not kept as it came, being too large or no text: only its sender can send it again.`,
  )
}
