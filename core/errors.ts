/**
 * An expected refusal: a stable code for machines, an HTTP status, and a sentence that says what to do next. What to do on a
 * host stands apart, as `details.hint`: words that people may copy.
 */
export class AppError extends Error {
  readonly code: string
  readonly status: number
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: string, status: number, message: string, details: Record<string, unknown> = {}) {
    super(message)
    this.name = code
    this.code = code
    this.status = status
    this.details = details
  }

  get hint(): string | undefined {
    const { hint } = this.details
    return typeof hint === 'string' ? hint : undefined
  }
}

/** The thing named does not exist (or nobody may know that it does). */
export class NotFound extends AppError {
  constructor(what: string, name: string) {
    super('NOT_FOUND', 404, `There is no ${what} ${JSON.stringify(name)} here.`, { what, name })
  }
}

/** Input that does not hold to its schema: every problem at once. */
export class InvalidInput extends AppError {
  constructor(what: string, problems: readonly string[]) {
    super('INVALID_INPUT', 400, `${what} is not valid: ${problems.join('; ')}`, { problems })
  }
}

/** The caller is unknown, or its token does not allow this. */
export class Forbidden extends AppError {
  constructor(message: string) {
    super('FORBIDDEN', 403, message)
  }
}

/** A step that the lifecycle does not allow now, or a report from a runner that no longer owns the attempt. */
export class Conflict extends AppError {
  constructor(code: 'ILLEGAL_TRANSITION' | 'STALE_ATTEMPT' | 'NOT_CLAIMABLE', message: string) {
    super(code, 409, message)
  }
}
