/** Whether a machine knows what time it is: as well as it says itself, whatever the host is busy with. */
import { ok } from 'node:assert/strict'
import type { TestMachine } from './machines.ts'

/** What a check begins with that `runOnTime` runs. */
export const tellTime = 'date +%s.%N'

/** Runs the check and compares its clock with ours. Returns the other lines that it wrote. */
export async function runOnTime(machine: TestMachine): Promise<string[]> {
  let output = ''
  let after = 0
  const before = Date.now()
  await machine.run('check', {
    onOutput(chunk) {
      after ||= Date.now()
      output += chunk.toString()
    },
  })
  const [clock = '', ...lines] = output.trim().split('\n')
  const time = Number(clock) * 1000
  const error = machine.machine.facts.clockErrorMs ?? NaN
  // Our own time is cut to whole milliseconds.
  ok(
    time >= before - error && time <= after + 1 + error,
    `${clock} is not between ${before} and ${after}, give or take ${error} ms`,
  )
  return lines
}
