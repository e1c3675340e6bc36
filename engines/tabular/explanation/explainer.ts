import type { Ensemble } from '../model/ensemble.ts'
import { expectedMargin, pathsOf } from './paths.ts'
import { compileTabled } from './tabled.ts'
import { compileWalked } from './walked.ts'

/**
 * Exact Shapley values of the trees' sum, path-dependent: what is not known of a row follows the training rows that came by
 * (`cover`). It keeps buffers, so one at a time per thread.
 */
export interface Explainer {
  /** What the trees add when nothing is known. With it, contributions add up to what the trees add to the margin, to 1e-9. */
  readonly expected: number
  /** Of the tables that it looks up, in bytes; at most `TABLE_BYTES`. */
  readonly tableBytes: number
  /** Writes one number a feature; `row` has one cell a column. */
  explain(row: Float64Array, into: Float64Array): void
  /** The same for `count` rows one after the other, to the bit, tree by tree where that is quicker. */
  explainBatch(rows: Float64Array, count: number, into: Float64Array): void
}

/** `featureOf` gives the feature of each column, `features` is their number. */
export function compileExplainer(trees: Ensemble, featureOf: Int32Array, features: number): Explainer {
  const paths = pathsOf(trees, featureOf)
  const { add, bytes, walked } = compileTabled(trees, paths)
  const walk = compileWalked(trees, paths, walked)
  const columns = featureOf.length
  return {
    expected: expectedMargin(trees, paths),
    tableBytes: bytes,
    explain: (row, into) => {
      into.fill(0)
      add({ cells: row, at: 0 }, { sums: into, at: 0 })
      walk({ cells: row, at: 0 }, { sums: into, at: 0 })
    },
    explainBatch: (rows, count, into) => {
      into.fill(0)
      for (let row = 0; row < count; row++) {
        add({ cells: rows, at: row * columns }, { sums: into, at: row * features })
        walk({ cells: rows, at: row * columns }, { sums: into, at: row * features })
      }
    },
  }
}
