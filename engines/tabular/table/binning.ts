/**
 * Quantile bins for histograms: bin 0 holds missing values, bins 1… the values up to each cut. One byte a
 * value, so at most 254 cuts.
 */
export const MAX_BINS = 255

/**
 * Cuts that divide the finite values into at most `maxBins` parts of about equal size, ascending. Each lies
 * between two neighbouring values that occur, so a strictly increasing transform of a column changes no bin.
 * None for a constant column.
 */
export function quantileCuts(values: Float64Array, maxBins: number): Float64Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const distinct = countDistinct(sorted)
  const cuts: number[] = []
  let placed = 0 // Values at or below the last cut.
  for (let i = 1; i < sorted.length; i++) {
    const below = sorted[i - 1] ?? 0
    const above = sorted[i] ?? 0
    if (above === below) continue
    // The target moves with what is left, so that one huge tie does not starve the bins after it.
    const target = (sorted.length - placed) / (maxBins - cuts.length)
    if (distinct > maxBins && i - placed < target) continue
    if (cuts.length === maxBins - 1) break
    cuts.push(between(below, above))
    placed = i
  }
  return Float64Array.from(cuts)
}

/** The bin of a value: 0 when missing, else one more than the number of cuts below it. */
export function binOf(cuts: Float64Array, value: number): number {
  if (Number.isNaN(value)) return 0
  let low = 0
  let high = cuts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (value <= (cuts[middle] ?? 0)) high = middle
    else low = middle + 1
  }
  return low + 1
}

/** All rows' bins, row by row: histograms read a row's bins together (faster here than column by column). */
export function binRows(columns: readonly Float64Array[], cuts: readonly Float64Array[]): Uint8Array {
  const width = columns.length
  const rows = columns[0]?.length ?? 0
  const bins = new Uint8Array(rows * width)
  columns.forEach((values, column) => {
    const own = cuts[column] ?? new Float64Array()
    for (let row = 0; row < rows; row++) bins[row * width + column] = binOf(own, values[row] ?? 0)
  })
  return bins
}

/** The midpoint, or the lower value where rounding would push the midpoint onto the upper one. */
function between(below: number, above: number): number {
  const middle = below / 2 + above / 2 + 0
  return middle >= below && middle < above ? middle : below
}

function countDistinct(sorted: Float64Array): number {
  let distinct = sorted.length === 0 ? 0 : 1
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) distinct++
  return distinct
}
