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

const groupPattern = /^[a-z0-9][a-z0-9._-]{0,62}$/

/** `value` as the name of a group; throws BAD_GROUP_NAME. */
export function groupName(value: unknown): string {
  if (typeof value === 'string' && groupPattern.test(value)) return value
  throw new AppError(
    'BAD_GROUP_NAME',
    400,
    'A group name has small letters, digits and . _ - and at most 63 characters.',
  )
}

/** `value` as a list of at most 100 maintainers: users, or groups as `@group`. */
export function maintainerNames(value: unknown): string[] {
  const one = (name: unknown): string =>
    typeof name === 'string' && name.startsWith('@') ? `@${groupName(name.slice(1))}` : userName(name)
  if (Array.isArray(value) && value.length <= 100) return value.map(one)
  throw new AppError('BAD_USER_NAME', 400, 'maintainers is a list of at most 100 users or @groups.')
}

/** `value` as a list of at most 100 user names. */
export function userNames(value: unknown): string[] {
  if (Array.isArray(value) && value.length <= 100) return value.map(userName)
  throw new AppError('BAD_USER_NAME', 400, 'users is a list of at most 100 user names.')
}
