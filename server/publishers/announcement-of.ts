/** From the outbox to what messages are made of. */
import type { Announced, Announcement } from '../../core/messages/announcement.ts'
import type { Delivery } from '../store/outbox.ts'

/** `base`: public base address, without a slash at its end. */
export const announcementOf = ({ messageId, body }: Delivery, base: string): Announcement => ({
  ...(body as Announced),
  id: messageId,
  base,
})
