/** Calls and answers as Koji's hub knows them. */
import assert from 'node:assert/strict'
import { Fault, readAnswer, readAnswers, writeCall } from '../../../core/koji/xml-rpc.ts'
import { NotXml } from '../../../core/xml.ts'
import { answer } from '../../support/koji-hub.ts'

const about = (value: string): string =>
  `<methodResponse><params><param><value>${value}</value></param></params></methodResponse>`

describe('XML-RPC', () => {
  it('writes every kind of parameter, and nothing of a text becomes a tag', () =>
    assert.equal(
      writeCall('m', [1, 'a<&b>', true, ['x'], { k: false }]),
      '<?xml version="1.0"?><methodCall><methodName>m</methodName><params>' +
        '<param><value><int>1</int></value></param>' +
        '<param><value><string>a&lt;&amp;b&gt;</string></value></param>' +
        '<param><value><boolean>1</boolean></value></param>' +
        '<param><value><array><data><value><string>x</string></value></data></array></value></param>' +
        '<param><value><struct><member><name>k</name><value><boolean>0</boolean></value></member></struct></value></param>' +
        '</params></methodCall>',
    ))

  it('reads what Python writes, and text without a type', () => {
    const value = [{ id: 7, size: 2 ** 33, note: null, name: 'a & <b>', list: [] }]
    assert.deepEqual(readAnswer(answer(value)), value)
    assert.equal(readAnswer(about('bare')), 'bare')
    assert.equal(readAnswer(about('<boolean>1</boolean>')), true)
    assert.equal(readAnswer(about('<double>1.5</double>')), 1.5)
  })

  it('tells a refusal from an answer, in one call and in many', () => {
    const fault =
      '<methodResponse><fault><value><struct><member><name>faultString</name><value>no such build</value></member></struct></value></fault></methodResponse>'
    assert.throws(() => readAnswer(fault), new Fault('no such build'))
    assert.deepEqual(readAnswers([[1], [null]], 2), [1, null])
    assert.throws(() => readAnswers([[1], { faultString: 'no' }], 2), new Fault('no'))
  })

  for (const [what, text] of Object.entries({
    'a page of a proxy': '<html><body>502</body></html>',
    'no XML': '{"result": 1}',
    'an answer without a value': '<methodResponse><params/></methodResponse>',
    'two values': '<methodResponse><params><param><value/><value/></param></params></methodResponse>',
    'an unknown type': about('<pickle>x</pickle>'),
    'two things in a value': about('<int>1</int><int>2</int>'),
    'a number that is none': about('<int>one</int>'),
    'an empty number': about('<int></int>'),
    'a member without a name': about('<struct><member><value>1</value></member></struct>'),
    'a document type': `<!DOCTYPE x [<!ENTITY a "b">]>${about('&a;')}`,
    'too many levels': about(`${'<array><data><value>'.repeat(100)}${'</value></data></array>'.repeat(100)}`),
  }))
    it(`refuses ${what}`, () => assert.throws(() => readAnswer(text), NotXml))

  it('refuses answers that are more or fewer than the calls', () => {
    assert.throws(() => readAnswers([[1]], 2), NotXml)
    assert.throws(() => readAnswers('x', 1), NotXml)
  })
})
