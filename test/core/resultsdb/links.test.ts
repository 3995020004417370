import assert from 'node:assert/strict'
import { around, links, readable } from '../../../core/resultsdb/links.ts'

describe('addresses of ResultsDB', () => {
  it('keep what a path may hold and escape the rest', () => {
    const to = links('https://a.example')
    assert.equal(to.testcase('a/b c?d#é'), 'https://a.example/api/v2.0/testcases/a/b%20c%3Fd%23%C3%A9')
    assert.equal(to.group("it's (a:b)@c,d"), "https://a.example/api/v2.0/groups/it's%20(a:b)@c,d")
    assert.equal(to.resultsOfGroup('a&b'), 'https://a.example/api/v2.0/results?groups=a%26b')
  })

  it('are readable, but for what would mean something else then', () => {
    assert.equal(
      readable('/r?item%3Alike=foo%2A&a=%C3%A9%20%26%3D%2B%23%25'),
      '/r?item:like=foo*&a=é%20%26%3D%2B%23%25',
    )
    assert.equal(readable('/r?a=%ff%0A'), '/r?a=%ff%0A')
  })

  it('of the pages around replace the page or add it, and lose a callback', () => {
    const next = (url: string): string | null => around(url, true).next
    assert.deepEqual(around('URL', false), { next: null, prev: null })
    assert.deepEqual(around('?page=0', false), { next: null, prev: null })
    assert.equal(next('URL'), 'URL?page=1')
    assert.equal(next('URL?stuff=some'), 'URL?stuff=some&page=1')
    assert.deepEqual(around('URL?page=1&limit=1', true), {
      next: 'URL?page=2&limit=1',
      prev: 'URL?page=0&limit=1',
    })
    assert.equal(next('URL?limit=1&page=1'), 'URL?limit=1&page=2')
    assert.equal(next('URL?callback=x&page=1&&a=b'), 'URL?page=2&a=b')
    assert.equal(next('URL?page=-1'), 'URL?page=-1&page=1')
  })
})
