/** What a request tells of the browser it comes from: enough for its user to know a session again, and no more. */
import { BlockList, isIPv6 } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { Browser } from '../../../kernel/sign-in/sessions.ts'
import { deviceOf } from '../session.ts'

const ownMachine = ranges([
  ['127.0.0.0', 8],
  ['::1', 128],
])
/** RFC 1918, RFC 4193, link-local (RFC 3927, RFC 4291), shared by a carrier (RFC 6598). */
const privateNetworks = ranges([
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
  ['fe80::', 10],
])

function ranges(given: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of given) list.addSubnet(network, prefix, isIPv6(network) ? 'ipv6' : 'ipv4')
  return list
}

export function addressClassOf(address: string | undefined): Browser['addressClass'] {
  if (address === undefined) return 'unknown'
  const kind = isIPv6(address) ? 'ipv6' : 'ipv4'
  if (ownMachine.check(address, kind)) return 'machine'
  return privateNetworks.check(address, kind) ? 'private' : 'public'
}

/** In the order in which they are told apart: each of them says that it is those below too. */
const products = [
  ['Edge', /\bEdgA?\//],
  ['Opera', /\bOPR\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Headless)?(?:Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
] as const
const systems = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
] as const

/** `Firefox · Windows`; what the header says beyond that is not kept. Empty for what is no browser that is known. */
export function browserName(userAgent: string | undefined): string {
  const named = (list: readonly (readonly [string, RegExp])[]) =>
    list.find(([, sign]) => sign.test(userAgent ?? ''))?.[0]
  return [named(products), named(systems)].filter((part) => part !== undefined).join(' · ')
}

export function browserOf(request: FastifyRequest, isSecure: boolean): Browser {
  return {
    addressClass: addressClassOf(request.ip),
    name: browserName(request.headers['user-agent']),
    device: deviceOf(request, isSecure),
  }
}
