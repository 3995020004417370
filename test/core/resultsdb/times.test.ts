import assert from 'node:assert/strict'
import { isoformat, parseSince } from '../../../core/resultsdb/times.ts'

describe('times of ResultsDB', () => {
  const since = (text: string): (string | null)[] | null => {
    const parsed = parseSince(text)
    return parsed && [parsed.start, parsed.end].map((time) => (time === null ? null : isoformat(time)))
  }

  it('are read in every form of ISO 8601 that its library reads, without their zone', () => {
    for (const zone of ['', 'Z', '+01', '-01:30', '+0130'])
      assert.deepEqual(since(`2016-01-01T01:02:03.04${zone}`), ['2016-01-01T01:02:03.040000', null])
    assert.deepEqual(since('2016'), ['2016-01-01T00:00:00', null])
    assert.deepEqual(since('2016-2'), ['2016-02-01T00:00:00', null])
    assert.deepEqual(since('20160203'), ['2016-02-03T00:00:00', null])
    assert.deepEqual(since('2016-02-03 04'), ['2016-02-03T04:00:00', null])
    assert.deepEqual(since('20160203T0405,2016-02-03T04:05:6,123456789'), [
      '2016-02-03T04:05:00',
      '2016-02-03T04:05:06',
    ])
  })

  it('are refused where no calendar has them', () => {
    for (const text of [
      '',
      '16',
      '201602',
      '2016-02-30',
      '2016-00-01',
      '2016-01-01T24',
      '2016-01-01T1:00',
      '0000',
      'x',
    ])
      assert.equal(since(text), null, text)
  })

  it('are written to the microsecond, before 1970 as well', () => {
    assert.equal(isoformat(1), '1970-01-01T00:00:00.000001')
    assert.equal(isoformat(-1), '1969-12-31T23:59:59.999999')
    assert.equal(isoformat(-1_000_000), '1969-12-31T23:59:59')
  })
})
