/**
 * Positions of the values from the smallest up; equal ones in the order given, NaN last. Many values are sorted by their bits,
 * 16 at a time from the lowest (Knuth 5.2.5), which for a million takes a tenth of what comparing them would.
 */
export function ascendingPositions(values: Float64Array): Int32Array {
  const count = values.length
  if (count < FEW) {
    const key = (position: number): number => values[position] ?? 0
    return Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => {
      const [x, y] = [key(a), key(b)]
      if (x < y) return -1
      if (x > y) return 1
      // Equal, or one is NaN.
      return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b
    })
  }
  const { low, high } = sortableWords(values)
  let from = new Int32Array(count)
  for (let i = 0; i < count; i++) from[i] = i
  let to = new Int32Array(count)
  for (const [words, shift] of [
    [low, 0],
    [low, 16],
    [high, 0],
    [high, 16],
  ] as const) {
    const starts = digitStarts(words, shift)
    for (let i = 0; i < count; i++) {
      const position = from[i] ?? 0
      const digit = ((words[position] ?? 0) >>> shift) & 0xffff
      const at = starts[digit] ?? 0
      to[at] = position
      starts[digit] = at + 1
    }
    const swapped = from
    from = to
    to = swapped
  }
  return from
}

const FEW = 4_096

/** Two words of 32 bits each value, whose order as whole numbers is the order of the values. */
function sortableWords(values: Float64Array): { readonly low: Uint32Array; readonly high: Uint32Array } {
  // Adding 0 makes -0 and 0 one value; one NaN stands for all, above everything.
  const copy = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++)
    copy[i] = Number.isNaN(values[i]) ? Number.NaN : (values[i] ?? 0) + 0
  const bits = new DataView(copy.buffer)
  const low = new Uint32Array(values.length)
  const high = new Uint32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const bottom = bits.getUint32(8 * i, LITTLE_ENDIAN)
    const top = bits.getUint32(8 * i + 4, LITTLE_ENDIAN)
    // Negative numbers rise as their bits fall.
    const negative = top >>> 31 === 1 && !Number.isNaN(copy[i])
    low[i] = negative ? ~bottom : bottom
    high[i] = negative ? ~top : top | 0x8000_0000
  }
  return { low, high }
}

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

function digitStarts(words: Uint32Array, shift: number): Int32Array {
  const starts = new Int32Array(65_536)
  for (let i = 0; i < words.length; i++) {
    const digit = ((words[i] ?? 0) >>> shift) & 0xffff
    starts[digit] = (starts[digit] ?? 0) + 1
  }
  let sum = 0
  for (let digit = 0; digit < starts.length; digit++) {
    const own = starts[digit] ?? 0
    starts[digit] = sum
    sum += own
  }
  return starts
}
