import assert from 'node:assert/strict'
import { NotXml, readXml } from '../../core/xml.ts'

describe('XML', () => {
  it('is read with its attributes, its text and the entities of XML', () => {
    const root = readXml(
      '\u{FEFF}<?xml version="1.0"?>\n<!-- a --><a x="1 &lt; 2" y=\'"\'>one &amp; &#x41;&#66;<b/><![CDATA[<two>]]></a>\n',
    )
    assert.equal(root.name, 'a')
    assert.deepEqual(
      [...root.attributes],
      [
        ['x', '1 < 2'],
        ['y', '"'],
      ],
    )
    assert.equal(root.text, 'one & AB<two>')
    assert.deepEqual(
      root.children.map(({ name }) => name),
      ['b'],
    )
  })

  const wrong: Record<string, [string, RegExp]> = {
    'has a document type': ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', /document type/],
    'has entities of its own': ['<a>&b;</a>', /"&b;" is no entity/],
    'names no character': ['<a>&#0;</a>', /no entity/],
    'does not end': ['<a><b></b>', /<a> does not end/],
    'ends otherwise than it began': ['<a>\n</b>', /in line 2/],
    'has two elements around everything': ['<a/><b/>', /not one element/],
    'is text': ['hello', /text outside/],
    'is nothing': ['', /not one element/],
    'has an attribute twice': ['<a b="" b=""/>', /attribute b/],
    'has an attribute without quotes': ['<a b=c/>', /no quotes/],
    'is cut off': ['<a b="', /there is no "/],
    'is deep': ['<a>'.repeat(200), /more than 100 elements in each other/],
    'is wide': [`<a>${'<b/>'.repeat(100_001)}</a>`, /more than 100000 elements/],
  }
  for (const [what, [text, why]] of Object.entries(wrong))
    it(`is refused where it ${what}`, () =>
      assert.throws(
        () => readXml(text),
        (error) => error instanceof NotXml && why.test(error.message),
      ))

  it('takes time as it is long, whatever it holds', () => {
    // What takes the square of that takes minutes, and mocha ends it.
    const length = 8 << 20
    for (const part of ['<', '<a ', '<!--', '&', '<a b="', '<a>', '</a>', '<![CDATA[', ' ', '<?'])
      assert.throws(() => readXml(part.repeat(length / part.length)), NotXml)
  })
})
