import assert from 'node:assert/strict'
import { lastLinesOf } from '../../runner/story.ts'

describe('what a log says of the console of a machine that died', () => {
  const lines = (count: number, word: string): string[] =>
    Array.from({ length: count }, (_, at) => `${word} ${at}`)
  const shown = (console: string[]): string[] => lastLinesOf(console.join('\n')).split('\n').slice(1)

  it('is its last lines', () => {
    assert.deepEqual(shown(lines(100, 'boot')), lines(100, 'boot').slice(-40))
  })

  it('begins with the words of a panic, also behind a long way that the kernel came', () => {
    const panic = '[   19.0] Kernel panic - not syncing: sysrq triggered crash'
    assert.deepEqual(shown([...lines(50, 'boot'), panic, ...lines(60, '?')]), [panic, ...lines(60, '?')])
    assert.equal(shown([...lines(50, 'boot'), panic, ...lines(10, '?')]).length, 40)
    assert.equal(shown([panic, ...lines(1000, '?')]).length, 120)
  })
})
