import assert from 'node:assert/strict'
import { settingsFile } from '../support/settings.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startTestServer } from '../support/server.ts'

describe('how often one address may ask', () => {
  const from = (url: string, address: string): Promise<Response> =>
    fetch(`${url}/api/v1/packages`, { headers: { 'x-forwarded-for': address } })

  it('is bounded, for each address by itself, and said in problem details', async () => {
    await using folder = await temporaryFolder()
    const web = { requestsPerMinute: 10, proxies: ['loopback'] }
    await using server = await startTestServer({ settingsFile: await settingsFile(folder.path, { web }) })
    for (let count = 0; count < 10; count++) assert.equal((await from(server.url, '203.0.113.7')).status, 200)
    const refused = await from(server.url, '203.0.113.7')
    assert.equal(refused.status, 429)
    assert.equal(((await refused.json()) as { code: string }).code, 'TOO_MANY_REQUESTS')
    assert.ok(Number(refused.headers.get('retry-after')) <= 60)
    assert.equal((await from(server.url, '203.0.113.8')).status, 200)
    // Neighbours in one network of IPv6 are one customer.
    for (let count = 0; count < 10; count++) await from(server.url, `2001:db8::${count}`)
    assert.equal((await from(server.url, '2001:db8::ffff')).status, 429)
  })

  it('is shared by all behind a proxy that nobody named, which the log says once', async () => {
    await using folder = await temporaryFolder()
    const web = { requestsPerMinute: 10 }
    await using server = await startTestServer({ settingsFile: await settingsFile(folder.path, { web }) })
    const said: unknown[][] = []
    server.services.log.warn = (...words: unknown[]) => void said.push(words)
    for (let count = 0; count < 10; count++) await from(server.url, `203.0.113.${count}`)
    assert.equal((await from(server.url, '203.0.113.99')).status, 429)
    assert.equal(said.length, 1)
    assert.match(JSON.stringify(said), /127\.0\.0\.1.*web\.proxies of the settings does not name/)
  })

  it('does not bound the host itself', async () => {
    await using folder = await temporaryFolder()
    const web = { requestsPerMinute: 10 }
    await using server = await startTestServer({ settingsFile: await settingsFile(folder.path, { web }) })
    for (let count = 0; count < 30; count++)
      assert.equal((await fetch(`${server.url}/api/v1/packages`)).status, 200)
  })
})
