/** Functions for the test of threads: some answer, others never would. */

export const one = (): number => 1

export const lengths = (texts: ReadonlyMap<string, Uint8Array>): Map<string, number> =>
  new Map([...texts].map(([name, bytes]) => [name, bytes.length]))

export function refuse(why: string): never {
  throw new Error(why)
}

export function spinUntil(word: Int32Array<SharedArrayBuffer>): void {
  while (Atomics.load(word, 0) === 0);
}

export function hoard(): number {
  const kept: string[][] = []
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, at) => `${at} of ${kept.length}`))
}
