/** Links with which a reader stops messages without signing in: signed, so that nobody stops those of others. */
import { isSigned, sign } from './signature.ts'

/** What a link stops: news for `user` about one package, or `*`. */
export interface Unsubscription {
  user: string
  about: string
}

const signed = ({ user, about }: Unsubscription): Buffer =>
  Buffer.from(JSON.stringify(['unsubscribe', user, about]))

/** `base`: the public base address, without a slash at its end. */
export function unsubscribeLink(base: string, secret: string, what: Unsubscription): string {
  const { user, about } = what
  const query = new URLSearchParams({ user, about, key: sign(secret, signed(what)) })
  return `${base}/unsubscribe?${query.toString()}`
}

export const isOurLink = (secret: string, what: Unsubscription, key: string): boolean =>
  isSigned(secret, signed(what), key)
