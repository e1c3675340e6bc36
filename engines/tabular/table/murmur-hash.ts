/**
 * MurmurHash3 for 32-bit machines (x86_32) by Austin Appleby, public domain,
 * https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp: the same number on every machine.
 *
 * @returns a whole number from 0 to 2³² − 1, of the bytes `from` up to `to`.
 */
export function murmurHash3(
  bytes: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
  seed: number,
): number {
  const length = to - from
  const blocks = from + (length & ~3)
  let hash = seed | 0
  for (let i = from; i < blocks; i += 4) {
    const word =
      (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24)
    hash ^= scramble(word)
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  let tail = 0
  for (let i = to - 1; i >= blocks; i--) tail = (tail << 8) | (bytes[i] ?? 0)
  if (to > blocks) hash ^= scramble(tail)
  hash ^= length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function scramble(word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}
