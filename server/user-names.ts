/** Names of users, as tokens and lists of maintainers hold them. */
import { AppError } from '../core/errors.ts'

const pattern = /^[A-Za-z0-9][A-Za-z0-9@._+-]{0,127}$/

/** `value` as a user's name; throws BAD_USER_NAME. */
export function userName(value: unknown): string {
  if (typeof value === 'string' && pattern.test(value)) return value
  throw new AppError(
    'BAD_USER_NAME',
    400,
    'A user name has letters, digits and @ . _ + - and at most 128 characters.',
  )
}

/** `value` as a list of at most 100 user names. */
export function userNames(value: unknown): string[] {
  if (Array.isArray(value) && value.length <= 100) return value.map(userName)
  throw new AppError('BAD_USER_NAME', 400, 'maintainers is a list of at most 100 user names.')
}
