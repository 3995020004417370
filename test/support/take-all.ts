/** Takes whatever is in the queue, one after the other, and remembers in what order. */
import { Worker } from 'bullmq'

export interface Taking {
  /** Ids of executions. */
  taken: string[]
  worker: Worker
}

export function takeAll(redisUrl: string): Taking {
  const taken: string[] = []
  const worker = new Worker<{ execution: string }>(
    'executions',
    ({ data }) => Promise.resolve(void taken.push(data.execution)),
    { connection: { path: redisUrl.replace(/^unix:/, '') } },
  )
  return { taken, worker }
}
