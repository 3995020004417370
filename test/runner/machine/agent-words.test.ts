/** What the agent in a machine says. */
import { deepEqual, equal } from 'node:assert/strict'
import { agentMessage } from '../../../runner/machine/agent-words.ts'

describe('a line of an agent', () => {
  it('is a message of the schema, or junk', () => {
    deepEqual(agentMessage('{"say": "ready", "boot": 1}'), { say: 'ready', boot: 1 })
    for (const junk of [
      '',
      ' {"say": "beat"}',
      '{"say": "beat"',
      '{"say": "shout"}',
      '[]',
      'null',
      '{"say": "ready", "boot": 0}',
    ])
      equal(agentMessage(junk), null, junk)
  })
})
