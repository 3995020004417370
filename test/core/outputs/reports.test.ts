import assert from 'node:assert/strict'
import { readReports } from '../../../core/outputs/reports.ts'
import type { ParsedResults } from '../../../core/outputs/results.ts'
import { validateResult } from '../../../schemas/validate.ts'

const junit = (...texts: string[]): ParsedResults => readReports({ junit: 'r.xml' }, texts, true)
const yaml = (text: string): ParsedResults => readReports({ results: 'results.yaml' }, [text], true)
const outcomes = ({ results }: ParsedResults): string[] =>
  results.map((result) => {
    assert.deepEqual(validateResult(result).problems, [])
    return [result.name, result.outcome, ...(result.note === undefined ? [] : [result.note])].join(' | ')
  })

describe('JUnit XML', () => {
  it('is read as pytest writes it', () => {
    const text = `<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="0" failures="1" tests="4">
<testcase classname="tests.test_sum" name="test_adds[1-2]" time="0.001" />
<testcase classname="tests.test_sum" name="test_fails" time="0.002"><failure message="assert 1 == 2">def test():
&gt;  assert 1 == 2</failure></testcase>
<testcase classname="tests.test_sum" name="test_skips" time="0"><skipped type="pytest.skip" message="no net">x</skipped></testcase>
<testcase classname="tests.test_sum" name="test_setup" time="0"><error message="failed on setup">boom</error></testcase>
</testsuite></testsuites>`
    const read = junit(text)
    assert.deepEqual(outcomes(read), [
      'tests.test_sum/test_adds-1-2 | passed',
      'tests.test_sum/test_fails | failed | assert 1 == 2',
      'tests.test_sum/test_skips | skipped | no net',
      'tests.test_sum/test_setup | failed | failed on setup',
    ])
    assert.deepEqual(read.results[1]?.data, { time: '0.002', details: 'def test():\n>  assert 1 == 2' })
  })

  it('is read as Maven’s Surefire writes it, a file for each class', () => {
    const one = `<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" name="org.example.ATest" tests="2">
<properties><property name="java.version" value="17"/></properties>
<testcase name="adds" classname="org.example.ATest" time="0.01"/>
<testcase name="flakes" classname="org.example.ATest" time="0.01"><flakyFailure message="late" type="E"><stackTrace><![CDATA[at x]]></stackTrace></flakyFailure></testcase>
</testsuite>`
    const two = `<testsuite name="org.example.BTest"><testcase name="breaks" classname="org.example.BTest"><error type="java.lang.Error"><![CDATA[java.lang.Error: no
	at x]]></error><system-out>noise</system-out></testcase></testsuite>`
    assert.deepEqual(outcomes(junit(one, two)), [
      'org.example.ATest/adds | passed',
      'org.example.ATest/flakes | passed | passed when it was tried again: late',
      'org.example.BTest/breaks | failed | java.lang.Error: no',
    ])
  })

  it('is read as the tools for Go write it', () => {
    const text = `<testsuites tests="2" failures="1"><testsuite tests="2" failures="1" time="0.1" name="example.org/m">
<testcase classname="example.org/m" name="TestA/with_space" time="0.000"></testcase>
<testcase classname="example.org/m" name="TestB" time="0.000"><failure message="Failed" type="">    b_test.go:7: no</failure></testcase>
</testsuite></testsuites>`
    assert.deepEqual(outcomes(junit(text)), [
      'example.org/m/TestA/with_space | passed',
      'example.org/m/TestB | failed | Failed',
    ])
  })

  it('fails where it is missing, is no XML or holds no tests, unless the check failed anyway', () => {
    assert.deepEqual(outcomes(junit()), ['report | failed | The check left no report at r.xml.'])
    assert.match(
      outcomes(junit('<!DOCTYPE x><x/>'))[0]!,
      /^report \| failed \| The report cannot be read: a document/,
    )
    assert.deepEqual(outcomes(junit('<testsuites/>')), [
      'report | failed | The report at r.xml holds no tests.',
    ])
    assert.deepEqual(outcomes(readReports({ junit: 'r.xml' }, [], false)), [])
  })
})

describe('results in YAML', () => {
  it('are read as tmt writes them', () => {
    const text = `
- name: /smoke/basic
  result: pass
  duration: 00:00:01
  log: [data/output.txt]
- name: /warns
  result: warn
  note: [slow, odd]
  subresult:
    - {name: /part, result: fail}
  check:
    - {name: avc, event: after-test, result: skip}
- {name: /strange, result: perhaps}
- nonsense
`
    const read = yaml(text)
    assert.deepEqual(outcomes(read), [
      'smoke/basic | passed',
      'warns | failed | slow; odd',
      'warns/part | failed',
      'warns/check/avc | skipped',
      'strange | needs_inspection | unknown result "perhaps"',
    ])
    assert.deepEqual(read.results[0]?.data, { duration: '00:00:01', log: 'data/output.txt' })
    assert.equal(read.notes.length, 1)
  })

  it('are read as Taskotron’s checks write them', () => {
    const text = `results:
  - {item: xchat-0.5-1.fc20, type: koji_build, outcome: PASSED, checkname: dist.rpmlint, note: 5 errors, arch: x86_64}
  - {item: xchat, type: koji_build, outcome: CRASHED, artifact: x.log}
  - {item: other, type: koji_build}
`
    const read = yaml(text)
    assert.deepEqual(outcomes(read), [
      'dist.rpmlint | passed | 5 errors',
      'xchat | failed',
      'other | needs_inspection',
    ])
    assert.deepEqual(read.results[0]?.data, { item: 'xchat-0.5-1.fc20', type: 'koji_build', arch: 'x86_64' })
    assert.equal(read.results[1]?.artifact, 'x.log')
    assert.deepEqual(yaml('results:\n').results, [])
  })

  it('fail where they are missing, or are no such thing', () => {
    assert.match(
      outcomes(yaml('a: ['))[0]!,
      /report \| failed \| The report cannot be read: line \d is not YAML/,
    )
    assert.match(outcomes(yaml('text'))[0]!, /neither a list/)
    assert.match(outcomes(yaml('#'.repeat((1 << 20) + 1)))[0]!, /more than 1048576 characters/)
    assert.match(outcomes(readReports({ results: 'r.yaml' }, [], true))[0]!, /left no report at r.yaml/)
  })
})

describe('TAP of a check', () => {
  it('is not missed where the check failed before it wrote any', () => {
    assert.deepEqual(outcomes(readReports('tap', ['starting\n'], false)), [])
    assert.match(outcomes(readReports('tap', ['starting\n'], true))[0]!, /holds no TAP/)
    assert.match(outcomes(readReports('tap', ['1..2\nok 1\n'], false))[1]!, /2 tests were planned/)
  })
})
