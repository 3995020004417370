/** What a bench found: lines for people, an object for programs. */
export interface Measured {
  lines: string[]
  data: Record<string, unknown>
}
