import { TabularInputError } from '../errors.ts'
import { LARGEST_MEMORY } from '../machine/webassembly.ts'

/** What the memory of a training has to hold. */
export interface TableShape {
  readonly rows: number
  /** Bins of each column, bin 0 (missing) included; at most 256. */
  readonly binCounts: Int32Array
  /** Histograms kept at once. */
  readonly slots: number
  readonly threads: number
}

/** Where everything lies in the shared memory of a training; addresses and sizes in bytes. */
export interface Layout {
  readonly rows: number
  readonly width: number
  /** From one row's bins to the next one's: one byte a column, rounded up. */
  readonly stride: number
  /** Bins row by row, to count by; and once more column by column, to part by: each reads what it needs side by side. */
  readonly bins: number
  readonly columns: number
  /** Two words a row: its second, then its first derivative in fixed point. */
  readonly derivatives: number
  /** Positions of the tree's rows, and as much room to reorder them in; one word each. */
  readonly order: number
  readonly scratch: number
  /** One byte a bin: whether it goes left at the split at hand. */
  readonly goesLeft: number
  /** Each thread's own histogram, one after the other, then the kept ones. */
  readonly own: number
  readonly kept: number
  readonly histogramBytes: number
  /** Bins before each column's in a histogram. */
  readonly offsets: Int32Array
  readonly bytes: number
}

/** A row's bins begin at a multiple of 8, so that rows of up to 64 columns seldom lie across two cache lines. */
const ROUND = 8
const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to

/**
 * Lays out the memory: `rows × (2 × width + 16)` bytes (one of the widths rounded up to 8), and eight a bin for each
 * histogram.
 *
 * @throws TabularInputError `table_too_large` where 4 GiB do not hold it.
 */
export function layOut({ rows, binCounts, slots, threads }: TableShape): Layout {
  const width = binCounts.length
  const stride = roundUp(width, ROUND)
  const offsets = new Int32Array(width)
  let binTotal = 0
  binCounts.forEach((count, column) => {
    offsets[column] = binTotal
    binTotal += count
  })
  const histogramBytes = roundUp(8 * binTotal, 64)
  // A page at the beginning stays free, so that address 0 is nothing's.
  const bins = 1_024
  const columns = bins + rows * stride
  const derivatives = roundUp(columns + rows * width, 64)
  const order = derivatives + 8 * rows
  const scratch = order + roundUp(4 * rows, 64)
  const goesLeft = scratch + roundUp(4 * rows, 64)
  const own = goesLeft + 256
  const kept = own + threads * histogramBytes
  const bytes = kept + slots * histogramBytes
  if (bytes > LARGEST_MEMORY) {
    throw new TabularInputError(
      'table_too_large',
      `${rows} rows of ${width} columns need ${Math.ceil(bytes / 2 ** 20)} MiB to learn from, and 4,096 can be had`,
    )
  }
  return {
    ...{ rows, width, stride, bins, columns, derivatives, order, scratch, goesLeft },
    ...{ own, kept, histogramBytes, offsets, bytes },
  }
}
