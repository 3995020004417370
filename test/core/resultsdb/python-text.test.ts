import assert from 'node:assert/strict'
import { parseKeepingNumbers, pythonRepr, pythonText } from '../../../core/resultsdb/python-text.ts'

describe('text as Python writes it', () => {
  const texts: Readonly<Record<string, string>> = {
    '1': '1',
    '-0': '0',
    '-0.0': '-0.0',
    '1.50': '1.5',
    '1e3': '1000.0',
    '1E16': '1e+16',
    '123456789012345680.0': '1.2345678901234568e+17',
    '0.00001': '1e-05',
    '0.0001': '0.0001',
    '1e400': 'inf',
    '99999999999999999999': '99999999999999999999',
    true: 'True',
    null: 'None',
    '"a \\"1.0\\" b"': 'a "1.0" b',
    '[1.0, "x", null]': "[1.0, 'x', None]",
    '{"a\\n": {"b": [false]}}': "{'a\\n': {'b': [False]}}",
    '["it\'s", "a\\u0001\\\\"]': "[\"it's\", 'a\\x01\\\\']",
  }

  for (const [json, text] of Object.entries(texts))
    it(`is ${text} for the JSON ${json}`, () => {
      assert.equal(pythonText(parseKeepingNumbers(json)), text)
    })

  it('is the same for numbers that were parsed as JavaScript does', () => {
    assert.equal(pythonRepr([1, 1.5, 1e-7]), '[1, 1.5, 1e-07]')
  })

  it('is as readable for what a text holds, whatever it looks like', () => {
    assert.equal(pythonText(parseKeepingNumbers('"12 [1.0] -3e5 \\\\"')), '12 [1.0] -3e5 \\')
  })
})
