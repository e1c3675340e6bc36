/** IP addresses and ranges: what a backend states as its own, and what no public host can have. */
import { BlockList, isIP, isIPv4 } from 'node:net'
import { z } from 'zod'

/** `10.0.0.0/8`, `::1/128`, or one address. */
export const Range = z.string().refine((text) => rangeOf(text) !== undefined)

interface ParsedRange {
  readonly address: string
  readonly bits: number
  readonly family: 'ipv4' | 'ipv6'
}

function rangeOf(text: string): ParsedRange | undefined {
  const [, address = '', bits] = /^([0-9a-fA-F.:]{2,39})(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  if (version === 0) return undefined
  const most = version === 4 ? 32 : 128
  const given = bits === undefined ? most : Number(bits)
  return given <= most ? { address, bits: given, family: version === 4 ? 'ipv4' : 'ipv6' } : undefined
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of ranges) {
    const range = rangeOf(text)
    if (range !== undefined) list.addSubnet(range.address, range.bits, range.family)
  }
  return list
}

/**
 * What is not a host of the public network: this machine, private and shared networks, link-local addresses (where clouds keep
 * their metadata), documentation, benchmarks, multicast, reserved (IANA's special-purpose registries, RFC 6890 and its updates).
 */
const specialIpv4 = listOf([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
])
const publicIpv6 = listOf(['2000::/3'])
/** Of these: tunnels, which carry another address inside, and documentation. */
const specialIpv6 = listOf(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'])

/** An IPv4 address that is written as IPv6 is that IPv4 address, whichever way it is written. */
function plain(address: string): string {
  if (isIPv4(address)) return address
  const mapped = new BlockList()
  mapped.addSubnet('::ffff:0:0', 96, 'ipv6')
  if (!mapped.check(address, 'ipv6')) return address
  const [high = 0, low = 0] = new URL(`http://[${address}]`).hostname
    .slice(1, -1)
    .split(':')
    .slice(-2)
    .map((part) => Number.parseInt(part, 16))
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/**
 * Whether a backend's name may stand for this address: one of the ranges that it states as its own, or, where it states none, a
 * host of the public network.
 */
export function mayBeAt(address: string, ranges: readonly string[]): boolean {
  const known = plain(address)
  const version = isIP(known)
  if (version === 0) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  if (ranges.length > 0) return listOf(ranges).check(known, family)
  if (version === 4) return !specialIpv4.check(known, family)
  return publicIpv6.check(known, family) && !specialIpv6.check(known, family)
}
