/** Bytes that were kept: how many there are now, and any stretch of them. */
import type { Readable } from 'node:stream'

export interface ByteSource {
  size: number
  /** The bytes from `start` up to and without `end`. */
  read: (start: number, end: number) => Readable
}
