/** Which hosts are mirrors, and the way to them. */
import { equal, ok } from 'node:assert/strict'
import { isLocal, lookupRemote } from '../../../runner/mirror/addresses.ts'
import { createMirrors, parseProxies } from '../../../runner/mirror/mirrors.ts'

describe('the mirrors of a site', () => {
  it('are found by host and port as written, whatever the case', () => {
    const mirrors = createMirrors([{ host: 'deb.example:8081', secure: true }], () => null)
    equal(mirrors.find('DEB.example:8081')?.secure, true)
    equal(mirrors.find('deb.example'), null)
    equal(mirrors.find('deb.example:8081.evil.example'), null)
  })

  it('are reached through the proxy that apt is told of, or else the one of the environment', () => {
    const env = { http_proxy: 'http://env.example:1', no_proxy: '.corp.example, near.example' }
    const apt = 'Acquire::http::Proxy "http://apt.example:2";\nAcquire::http::Proxy::near "DIRECT";\n'
    equal(parseProxies(apt, env)('deb.debian.org')?.host, 'apt.example:2')
    equal(parseProxies(apt, env)('near'), null)
    equal(parseProxies('', env)('deb.debian.org')?.host, 'env.example:1')
    equal(parseProxies('', env)('deb.corp.example:80'), null)
    equal(parseProxies('', env)('near.example'), null)
    equal(parseProxies('', {})('deb.debian.org'), null)
  })
})

describe('addresses that a mirror’s name leads to', () => {
  it('are refused when they are this host or its link', () => {
    for (const address of [
      '127.0.0.1',
      '127.9.9.9',
      '0.0.0.0',
      '169.254.169.254',
      '::1',
      '::',
      'fe80::1',
      '::ffff:127.0.0.1',
    ])
      ok(isLocal(address), address)
    for (const address of ['192.0.2.1', '10.1.2.3', '2001:db8::1']) ok(!isLocal(address), address)
  })

  it('are looked up as usual, but localhost leads nowhere', async () => {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) =>
      lookupRemote('localhost', {}, (failed) => resolve(failed)),
    )
    equal(error?.code, 'ELOCAL')
  })
})
