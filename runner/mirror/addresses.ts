/** Addresses that a mirror's name may not lead to: this host itself, its link, and what is no address of one host. */
import { lookup as resolve } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

const here = new BlockList()
here.addSubnet('0.0.0.0', 8)
here.addSubnet('127.0.0.0', 8)
here.addSubnet('169.254.0.0', 16) // link-local: the metadata services of clouds live here
here.addSubnet('224.0.0.0', 3)
here.addAddress('::', 'ipv6')
here.addAddress('::1', 'ipv6')
here.addSubnet('fe80::', 10, 'ipv6')
here.addSubnet('ff00::', 8, 'ipv6')

export const isLocal = (address: string): boolean =>
  here.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Resolves a name as usual, but fails when all it leads to is local. */
export const lookupRemote: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    const remote = error ? [] : addresses.filter(({ address }) => !isLocal(address))
    const [first] = remote
    if (error) callback(error, '')
    else if (!first)
      callback(Object.assign(new Error(`${hostname} leads to this host itself`), { code: 'ELOCAL' }), '')
    else if (options.all) callback(null, remote)
    else callback(null, first.address, first.family)
  })
}
