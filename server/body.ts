/** Bodies of requests: parsed by a schema at the door, or every problem at once. */
import { InvalidInput } from '../core/errors.ts'
import type { Validator } from '../schemas/validate.ts'

/** `body` as what `validate` says it is; throws INVALID_INPUT. */
export function parseBody<T>(body: unknown, validate: Validator<T>): T {
  const { value, problems } = validate(body ?? {})
  if (value !== undefined) return value
  throw new InvalidInput(
    'The body',
    problems.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`),
  )
}
