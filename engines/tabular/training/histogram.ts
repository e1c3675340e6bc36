/**
 * A node's histogram: for each bin of each column the sums of its rows' derivatives, in fixed point. Integers add up to the
 * same sum in any order, so that a model does not depend on the number of threads.
 */
export interface Histogram {
  /** Two words a bin: the second derivatives' sum (never negative), then the first derivatives' sum. */
  readonly words: Int32Array
  /** Bin 0 of a column holds its missing values; its words begin at `2 × offsets[column]`. */
  readonly offsets: Int32Array
  /** Bins of each column, bin 0 included. */
  readonly binCounts: Int32Array
}

/** Real value of one unit of a histogram's sums: powers of two, chosen anew for each tree. */
export interface Units {
  readonly first: number
  readonly second: number
}

/** Sums of the loss's first and second derivatives over a node's rows, as real numbers. */
export interface DerivativeSums {
  readonly first: number
  readonly second: number
}
