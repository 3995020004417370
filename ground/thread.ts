/** What a thread of in-thread.ts runs: it calls functions of one module by their names. */
import { parentPort, workerData } from 'node:worker_threads'

export interface Call {
  name: string
  args: readonly unknown[]
}

export type Answer = { value: unknown } | { error: unknown }

const functions = (await import(workerData as string)) as Readonly<
  Record<string, (...args: unknown[]) => unknown>
>

parentPort?.on('message', ({ name, args }: Call) => {
  void answer(name, args).then((said) => parentPort?.postMessage(said))
})

async function answer(name: string, args: readonly unknown[]): Promise<Answer> {
  try {
    return { value: await functions[name]?.(...args) }
  } catch (error) {
    return { error }
  }
}
