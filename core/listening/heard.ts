/** What a native message means here: a build, nothing (by which rule), or nonsense. */
import type { Problem } from '../../schemas/validate.ts'
import type { BuildData } from '../../schemas/types.gen.ts'

/** A message as its bus delivers it, whatever the bus. */
export interface NativeMessage {
  topic: string
  /** The bus's own id of it; null where it has none. */
  id: string | null
  /** When it was sent, ISO 8601; null where nobody says. */
  sentAt: string | null
  body: unknown
  /** As it came, where that is not what JSON makes of its body. */
  bytes?: Uint8Array
}

export interface HeardBuild {
  kind: 'build'
  /** With `id` it says which event this is, through whatever door and however often it comes. */
  source: string
  id: string
  build: BuildData
  /** Who made it; null where nobody says. */
  user: string | null
  scratch: boolean
  /** By which Koji knows the build, where its files shall be asked for. */
  koji?: number
}

export interface Ignored {
  kind: 'ignored'
  /** Name of the rule, for counting. */
  rule: string
  /** One sentence for people. */
  why: string
}

/** It is not what its topic says: set aside for people to look at. */
export interface Malformed {
  kind: 'malformed'
  why: string
}

/** No build: checks may ask for it. */
export interface HeardOther {
  kind: 'other'
  id: string
  type: string
  /** Packages that it is about, namespace/name. */
  subjects: string[]
}

export type Heard = HeardBuild | HeardOther | Ignored | Malformed

export const ignored = (rule: string, why: string): Ignored => ({ kind: 'ignored', rule, why })

export const malformed = (problems: readonly Problem[]): Malformed => ({
  kind: 'malformed',
  why: problems.map(({ path, message }) => `${path.join('.') || 'The message'} ${message}`).join('; '),
})
