/** Where the parts that keep machines say what they do. */

/** As much of a pino logger as is needed here. */
export interface MachineLog {
  info: (facts: object, message: string) => void
  warn: (facts: object, message: string) => void
}
