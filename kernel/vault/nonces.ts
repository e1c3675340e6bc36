import { randomFillSync } from 'node:crypto'

/** NIST SP 800-38D, 8.2.2: random, 96 bits. */
export const nonceBytes = 12

/** The system is asked for chance once in so many nonces: asking for each costs a quarter of the sealing. */
const nonces = Buffer.allocUnsafeSlow(nonceBytes * 512)
let taken = nonces.length

/** A nonce that nothing else gets. Copy it at once: its place in the pool is filled anew after 511 others. */
export function freshNonce(): Uint8Array {
  if (taken === nonces.length) {
    randomFillSync(nonces)
    taken = 0
  }
  taken += nonceBytes
  return nonces.subarray(taken - nonceBytes, taken)
}
