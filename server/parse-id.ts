/** UUIDs in addresses. */
import { NotFound } from '../core/errors.ts'

export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)

/** `text` as a UUID; throws NOT_FOUND: what is no UUID names no `what`. */
export function parseId(what: 'execution' | 'build', text: string): string {
  const id = text.toLowerCase()
  if (!isUuid(id)) throw new NotFound(what, text.slice(0, 100))
  return id
}
