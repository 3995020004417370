/** What ResultsDB answers where it cannot accept a request: 400 and every fault in the words of its validator. */
import { AppError } from '../errors.ts'

export interface Fault {
  /** Keys in alphabetical order: this is what clients read. */
  input: unknown
  loc: (string | number)[]
  msg: string
  type: string
  url: string
}

export function fault(loc: (string | number)[], type: string, msg: string, input: unknown): Fault {
  return { input, loc, msg, type, url: `https://errors.pydantic.dev/2.11/v/${type}` }
}

/** A rule of ResultsDB's own rather than one about the type of a value. */
export const valueFault = (loc: (string | number)[], msg: string, input: unknown): Fault =>
  fault(loc, 'value_error', `Value error, ${msg}`, input)

/** Everything that is wrong with a query or a body. */
export class ValidationFaults extends AppError {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super('VALIDATION', 400, faults.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; '))
    this.faults = faults
  }
}

/** A request that holds to its form and still cannot be answered. */
export class Refused extends AppError {
  constructor(message: string, status = 400) {
    super('REFUSED', status, message)
  }
}
