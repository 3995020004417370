/** Addresses that a name may not lead to: this host itself, its link, what is no address of one host, or what is not public. */
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

/** Networks of a site, and ways of IPv6 to any address of IPv4. */
const inside = new BlockList()
inside.addSubnet('10.0.0.0', 8)
inside.addSubnet('100.64.0.0', 10)
inside.addSubnet('172.16.0.0', 12)
inside.addSubnet('192.168.0.0', 16)
inside.addSubnet('192.0.0.0', 24)
inside.addSubnet('198.18.0.0', 15)
inside.addSubnet('fc00::', 7, 'ipv6')
inside.addSubnet('64:ff9b::', 96, 'ipv6')
inside.addSubnet('2002::', 16, 'ipv6')

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

export const isLocal = (address: string): boolean => here.check(address, familyOf(address))

/** Whether it is this host, or in a network that the internet does not reach. */
export const isInside = (address: string): boolean =>
  isLocal(address) || inside.check(address, familyOf(address))

/** Resolves a name as usual, but fails when all that it leads to is closed. */
const lookupOutside =
  (isClosed: (address: string) => boolean, why: string): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const open = error ? [] : addresses.filter(({ address }) => !isClosed(address))
      const [first] = open
      if (error) callback(error, '')
      else if (!first) callback(Object.assign(new Error(`${hostname} leads ${why}`), { code: 'ELOCAL' }), '')
      else if (options.all) callback(null, open)
      else callback(null, first.address, first.family)
    })
  }

export const lookupRemote = lookupOutside(isLocal, 'to this host itself')

export const lookupPublic = lookupOutside(isInside, 'to no public address')
