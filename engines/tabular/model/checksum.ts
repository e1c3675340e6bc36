/** Remainders of all bytes, for a byte at a time. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1
  return rest
})

/**
 * CRC-32 as in gzip and PNG (ISO/IEC 8802-3, reflected polynomial 0xEDB88320). It finds every change of up to 32 neighbouring
 * bits, and all but one in 2³² of the others: a guard against damage, not against a forger.
 */
export function crc32(bytes: Uint8Array): number {
  let rest = 0xffffffff
  for (let at = 0; at < bytes.length; at++)
    rest = (table[(rest ^ (bytes[at] ?? 0)) & 255] ?? 0) ^ (rest >>> 8)
  return ~rest >>> 0
}
