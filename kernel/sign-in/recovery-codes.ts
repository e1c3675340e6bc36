/**
 * Recovery codes: what lets somebody in who lost their second factor. Ten, each good once; with 120 random bits in each, their plain
 * SHA-256 is enough to keep (OWASP ASVS 5.0, 6.5.2: from 112 bits on).
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

export const codeCount = 10
const codeBytes = 15
const hashBytes = 32
/** Base 32 without I, L, O and U (Crockford): nothing that could be read as something else. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

const hashOf = (plain: string) => createHash('sha256').update(plain).digest()

/** `K7QM-…`: six groups of four, and the hashes of all ten one after another. */
export function newRecoveryCodes(): { readonly codes: readonly string[]; readonly hashes: Buffer } {
  const plain = Array.from({ length: codeCount }, newCode)
  return {
    codes: plain.map((code) => code.replace(/(.{4})(?=.)/g, '$1-')),
    hashes: Buffer.concat(plain.map(hashOf)),
  }
}

function newCode(): string {
  const bits = BigInt(`0x${randomBytes(codeBytes).toString('hex')}`)
  const digits = Array.from({ length: (codeBytes * 8) / 5 }, (_, at) =>
    Number((bits >> BigInt(5 * at)) & 31n),
  )
  return digits.map((digit) => alphabet[digit]).join('')
}

/** Which of the ten it is, as its bit; `undefined` for none of them. Small letters, spaces and look-alikes are forgiven. */
export function bitOfCode(hashes: Uint8Array, given: string): number | undefined {
  const plain = given.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  const hash = hashOf(plain)
  let found: number | undefined
  for (let at = 0; at < codeCount; at++)
    if (timingSafeEqual(hash, hashes.subarray(at * hashBytes, (at + 1) * hashBytes))) found = 1 << at
  return found
}

/** How many are left, by the bits of those used. */
export function codesLeft(used: number): number {
  return codeCount - [...used.toString(2)].filter((digit) => digit === '1').length
}
