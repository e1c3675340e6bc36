/**
 * Many byte strings as one parameter. An array of them would travel as text, two hexadecimal digits a byte, quoted one by one;
 * one behind the other they travel as they are, and the statement cuts them out again:
 * `substring($n::bytea from given.start for given.length)`.
 */
export interface Packed {
  readonly bytes: Buffer
  /** Where each begins, counted from 1 as SQL does. */
  readonly starts: readonly number[]
  /** Null where there is none; a substring of no length then is null too. */
  readonly lengths: readonly (number | null)[]
}

export function packed(all: readonly (Uint8Array | null)[]): Packed {
  const starts: number[] = []
  let total = 0
  for (const one of all) {
    starts.push(total + 1)
    total += one?.length ?? 0
  }
  const bytes = Buffer.allocUnsafe(total)
  for (const [index, one] of all.entries()) if (one !== null) bytes.set(one, (starts[index] ?? 1) - 1)
  return { bytes, starts, lengths: all.map((one) => one?.length ?? null) }
}

/**
 * The same of texts, in UTF-8: `convert_from(substring(…), 'UTF8')`. Of a list of documents the database reads every character
 * twice and one after the other, since each is quoted and every quote in it escaped; cut out of bytes they are copied.
 */
export function packedTexts(all: readonly string[]): Packed {
  const lengths = all.map((one) => Buffer.byteLength(one))
  const starts: number[] = []
  let total = 0
  for (const length of lengths) {
    starts.push(total + 1)
    total += length
  }
  const bytes = Buffer.allocUnsafe(total)
  for (const [index, one] of all.entries()) bytes.write(one, (starts[index] ?? 1) - 1)
  return { bytes, starts, lengths }
}
