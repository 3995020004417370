/** A few numbers about the service for Prometheus, asked for when they are scraped. */
import { Counter, Gauge, Registry } from 'prom-client'
import { isPresent } from '../core/waiting.ts'
import type { WorkQueue } from './queue.ts'
import type { Stores } from './store/stores.ts'

export interface Metrics {
  registry: Registry
  events: Counter<'repeated'>
  heard: Counter<'listener' | 'outcome'>
  statements: Counter
}

export function openMetrics(stores: Stores, queue: WorkQueue, now: () => string): Metrics {
  const registry = new Registry()
  const registers = [registry]
  new Gauge({
    name: 'assay_executions',
    help: 'Executions that are not finished, by state',
    labelNames: ['state'],
    registers,
    async collect() {
      for (const [state, count] of Object.entries(await stores.executionLists.unfinished()))
        this.set({ state }, count)
    },
  })
  new Gauge({
    name: 'assay_queue_jobs',
    help: 'Executions in the queue, by what the queue makes of them',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset()
      // Without Redis there is no depth to tell: the series pauses, the scrape goes on.
      const counts = await queue.counts().catch(() => null)
      if (counts) for (const [state, count] of Object.entries({ ...counts })) this.set({ state }, count)
    },
  })
  new Gauge({
    name: 'assay_runners_alive',
    help: 'Runners heard lately',
    registers,
    async collect() {
      const time = now()
      this.set((await stores.runners.list()).filter((runner) => isPresent(runner, time)).length)
    },
  })
  new Gauge({
    name: 'assay_outbox_deliveries',
    help: 'Messages that wait for a publisher, or that it has set aside (dead)',
    labelNames: ['publisher', 'state'],
    registers,
    async collect() {
      this.reset()
      for (const { publisher, state, count } of await stores.outbox.unfinished())
        this.set({ publisher, state }, count)
    },
  })
  const events = new Counter({
    name: 'assay_events_total',
    help: 'Events accepted since the server started',
    labelNames: ['repeated'] as const,
    registers,
  })
  const heard = new Counter({
    name: 'assay_listener_messages_total',
    help: 'Messages heard by listeners since the server started, by what became of them',
    labelNames: ['listener', 'outcome'] as const,
    registers,
  })
  const statements = new Counter({
    name: 'assay_database_statements_total',
    help: 'Statements sent to the database since the server started',
    registers,
  })
  return { registry, events, heard, statements }
}
