/** One private RabbitMQ for all tests, started on first use and ended after them: tests use names of their own in it. */
import { startRabbitmq, type TestBroker } from './rabbitmq.ts'

let starting: Promise<TestBroker> | undefined

/** Who kills it starts it again. Its first use takes long: ask for it in a hook with the time for it. */
export function sharedRabbitmq(): Promise<TestBroker> {
  starting ??= startRabbitmq()
  return starting
}

after('ends the private RabbitMQ', async () => {
  await (await starting)?.[Symbol.asyncDispose]()
})
