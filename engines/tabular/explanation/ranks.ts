import { type Ensemble, goesLeftAt } from '../model/ensemble.ts'

/**
 * Splits as comparisons of small whole numbers, which need no branch and so no guess of the processor: a row goes left at a
 * split where the rank of its value, the number of the column's thresholds below it, is at most the threshold's own place.
 */
export interface Ranks {
  /** Number of ranks a row has. */
  readonly size: number
  /** By node: which rank of the row is compared, and with which place. */
  readonly slot: Int32Array
  readonly place: Int32Array
  rank(rows: { readonly cells: Float64Array; readonly at: number }, into: Int32Array): void
}

/** Beyond every place: goes right at all splits. */
const BEYOND = 0x7fffffff

/** 1 where a row goes left, else 0. */
export const goesLeftBy = (rank: number, place: number): number => (rank - place - 1) >>> 31

interface ColumnRanks {
  readonly column: number
  readonly thresholds: Float64Array
  /** The slot for splits that send a missing value left; the next is for those that send it right. */
  readonly slot: number
}

/** A split by a set of levels has a rank of its own: 0 where the row goes left, else beyond. */
export function compileRanks(trees: Ensemble): Ranks {
  const nodes = Array.from(trees.column.keys()).filter((node) => (trees.column[node] ?? -1) >= 0)
  const sets = nodes.filter((node) => (trees.set[node] ?? -1) >= 0)
  const cuts = nodes.filter((node) => (trees.set[node] ?? -1) < 0)
  const byColumn = Map.groupBy(cuts, (node) => trees.column[node] ?? 0)
  const slot = new Int32Array(trees.column.length)
  const place = new Int32Array(trees.column.length)
  const columns = [...byColumn].map(([column, own], index): ColumnRanks => {
    const thresholds = Float64Array.from(new Set(own.map((node) => trees.threshold[node] ?? 0))).sort()
    const places = new Map([...thresholds].map((threshold, at) => [threshold, at]))
    for (const node of own) {
      slot[node] = 2 * index + (trees.missingLeft[node] === 1 ? 0 : 1)
      place[node] = places.get(trees.threshold[node] ?? 0) ?? 0
    }
    return { column, thresholds, slot: 2 * index }
  })
  sets.forEach((node, index) => {
    slot[node] = 2 * columns.length + index
  })
  const rank: Ranks['rank'] = ({ cells, at }, into) => {
    for (const one of columns) rankColumn(one, cells[at + one.column] ?? Number.NaN, into)
    for (const node of sets)
      into[slot[node] ?? 0] = goesLeftAt(trees, node, cells[at + (trees.column[node] ?? 0)] ?? Number.NaN)
        ? 0
        : BEYOND
  }
  return { size: 2 * columns.length + sets.length, slot, place, rank }
}

function rankColumn({ thresholds, slot }: ColumnRanks, value: number, into: Int32Array): void {
  if (Number.isNaN(value)) {
    into[slot] = 0
    into[slot + 1] = BEYOND
    return
  }
  let low = 0
  let high = thresholds.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((thresholds[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  into[slot] = low
  into[slot + 1] = low
}
