/** Networks that a key is good from, in CIDR notation (RFC 4632, RFC 4291 section 2.3). */
import { BlockList, isIP } from 'node:net'
import { Refusal } from '../errors.ts'

const mostNetworks = 32

/**
 * Networks in one spelling each: `10.0.0.0/8`, `2001:db8::/32`, a single address as `/32` or `/128`.
 *
 * @throws Refusal `key.address_invalid` for what is no network, and for one that names an address inside it: whether
 *   `10.0.0.5/8` means one machine or sixteen million is not ours to guess
 */
export function readNetworks(given: readonly string[]): readonly string[] {
  if (given.length > mostNetworks) throw new Refusal('key.addresses_many', { most: mostNetworks })
  return [...new Set(given.map(readNetwork))]
}

function readNetwork(text: string): string {
  const invalid = () => new Refusal('key.address_invalid', { address: text.slice(0, 60) })
  const [host = '', length, rest] = text.trim().split('/')
  const family = isIP(host)
  if (family === 0 || host.includes('%') || rest !== undefined) throw invalid()
  const bits = family === 4 ? 32 : 128
  const address = family === 4 ? host : new URL(`http://[${host}]`).hostname.slice(1, -1)
  if (length === undefined) return `${address}/${bits}`
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) throw invalid()
  const prefix = Number(length)
  const inside = BigInt(bits - prefix)
  if ((numberOf(address, family) >> inside) << inside !== numberOf(address, family)) throw invalid()
  return `${address}/${prefix}`
}

/** The address as a number. */
function numberOf(address: string, family: number): bigint {
  if (family === 4) return address.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n)
  const [before = '', after] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [head, tail] = [groups(before), groups(after ?? '')]
  const zeros = Array.from({ length: after === undefined ? 0 : 8 - head.length - tail.length }, () => '0')
  return [...head, ...zeros, ...tail].reduce((value, part) => (value << 16n) | BigInt(`0x${part}`), 0n)
}

/** Tells whether an address is in one of the networks; an address that is not known is in none. */
export function membership(networks: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/')
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6')
  }
  return (address) => {
    // A link-local address names the interface it came in by, which no network does.
    const plain = address?.split('%', 1)[0] ?? ''
    const family = isIP(plain)
    // IPv4 over an IPv6 socket arrives as ::ffff:10.0.0.1, which the list knows to be 10.0.0.1.
    return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6')
  }
}
