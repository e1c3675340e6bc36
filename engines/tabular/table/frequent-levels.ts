import type { TextColumn } from './columns.ts'

/** The most levels of a set column, the one for all others included: bins are bytes, and 0 is the missing value's. */
export const MAX_SET_LEVELS = 254

/** A value of fewer training rows is not told from the others: a split by it would be about those cases alone. */
const LEAST_ROWS = 10

/**
 * The codes of a category's most frequent values among the first `trainCount` rows, ascending; at most
 * `mostLevels − 1` of them (of equally frequent ones, the first by code), so that one level is left for the rest.
 */
export function frequentCodes(
  { codes, levels }: TextColumn,
  trainCount: number,
  mostLevels = MAX_SET_LEVELS,
): Int32Array {
  const counts = new Int32Array(levels.length + 1)
  for (let row = 0; row < trainCount; row++) {
    const code = codes[row] ?? 0
    counts[code] = (counts[code] ?? 0) + 1
  }
  const frequent: number[] = []
  for (let code = 1; code < counts.length; code++) if ((counts[code] ?? 0) >= LEAST_ROWS) frequent.push(code)
  frequent.sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b)
  return Int32Array.from(frequent.slice(0, mostLevels - 1)).sort()
}

/**
 * The level of each code as the trees see it: NaN for code 0, the missing value; 1, 2, … for the frequent codes
 * in their order; 0 for all others, as for values never seen.
 */
export function setLevels(frequent: Int32Array, codeCount: number): Float32Array {
  const levelOf = new Float32Array(codeCount)
  levelOf[0] = Number.NaN
  frequent.forEach((code, position) => {
    levelOf[code] = position + 1
  })
  return levelOf
}
