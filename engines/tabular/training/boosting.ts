import { binRows, quantileCuts } from '../table/binning.ts'
import type { LabelledRows } from '../table/target-statistics.ts'
import { differentiate, logLoss, sumWeights } from './loss.ts'
import { type Random, sampleAscending } from './random.ts'
import {
  type BinnedRows,
  type BinnedTree,
  type Derivatives,
  type GrowOptions,
  leafOf,
  TreeGrower,
} from './tree.ts'

export type BoostingOptions = GrowOptions & {
  readonly maxRounds: number
  readonly learningRate: number
  /** Bins of present values a column may use, 2 … 255. */
  readonly maxBins: number
  /** Shares of the rows and of the columns that each tree sees. */
  readonly rowShare: number
  readonly columnShare: number
  /** Rounds without a lower validation loss after which training stops. */
  readonly patience: number
}

/** Rows [0, trainCount) are learned from; the rest, if any, validate. */
export type BoostingData = LabelledRows & {
  readonly columns: readonly Float64Array[]
  readonly trainCount: number
}

export type Round = { readonly round: number; readonly validationLoss: number | null }

export type Boosted = {
  readonly baseMargin: number
  readonly trees: readonly BinnedTree[]
  /** Cuts between a column's bins; see quantileCuts. */
  readonly cuts: readonly Float64Array[]
  /** Margins of all rows after the kept trees. */
  readonly margins: Float64Array
}

/**
 * Gradient boosting of log loss (Friedman, "Greedy function approximation", Annals of Statistics 29(5),
 * 2001), one round each time the generator is resumed. With validation rows, the trees after the round of
 * lowest validation loss are dropped.
 */
export function* boost(
  data: BoostingData,
  options: BoostingOptions,
  random: Random,
): Generator<Round, Boosted> {
  const total = data.labels.length
  const { cuts, binned } = binColumns(data, options.maxBins)
  const { weight, positive } = sumWeights(data, { from: 0, to: data.trainCount })
  const baseMargin = Math.log(positive / (weight - positive))
  const margins = new Float64Array(total).fill(baseMargin)
  const derivatives = emptyDerivatives(data.trainCount)
  const grower = new TreeGrower(binned, options)
  const trees: BinnedTree[] = []
  const validates = data.trainCount < total
  let best = { round: 0, loss: Number.POSITIVE_INFINITY, margins: margins.slice() }
  for (let round = 1; round <= options.maxRounds; round++) {
    differentiate(data, margins, derivatives)
    const tree = growSampled(
      { grower, derivatives, random },
      { rows: data.trainCount, columns: cuts.length },
      options,
    )
    trees.push(tree)
    addTree(margins, tree, { binned, learningRate: options.learningRate })
    const validationLoss = validates ? logLoss(data, margins, { from: data.trainCount, to: total }) : null
    yield { round, validationLoss }
    if (validationLoss === null) continue
    if (validationLoss < best.loss) best = { round, loss: validationLoss, margins: margins.slice() }
    else if (round - best.round >= options.patience) break
  }
  if (!validates) return { baseMargin, trees, cuts, margins }
  return { baseMargin, trees: trees.slice(0, best.round), cuts, margins: best.margins }
}

/** Cuts from the rows that are learned from; bins of all rows. */
function binColumns(
  { columns, trainCount }: BoostingData,
  maxBins: number,
): { readonly cuts: readonly Float64Array[]; readonly binned: BinnedRows } {
  const cuts = columns.map((values) => quantileCuts(values.subarray(0, trainCount), maxBins))
  const binCounts = Int32Array.from(cuts, (own) => own.length + 2)
  return { cuts, binned: { bins: binRows(columns, cuts), width: cuts.length, binCounts } }
}

function growSampled(
  by: { readonly grower: TreeGrower; readonly derivatives: Derivatives; readonly random: Random },
  counts: { readonly rows: number; readonly columns: number },
  options: BoostingOptions,
): BinnedTree {
  const rows = sampleAscending(
    by.random,
    counts.rows,
    Math.max(1, Math.round(options.rowShare * counts.rows)),
  )
  const columns = sampleAscending(
    by.random,
    counts.columns,
    Math.max(1, Math.round(options.columnShare * counts.columns)),
  )
  return by.grower.grow(by.derivatives, rows, columns)
}

function addTree(
  margins: Float64Array,
  tree: BinnedTree,
  by: { readonly binned: BinnedRows; readonly learningRate: number },
): void {
  for (let row = 0; row < margins.length; row++) {
    margins[row] = (margins[row] ?? 0) + by.learningRate * (tree[leafOf(tree, by.binned, row)]?.step ?? 0)
  }
}

function emptyDerivatives(rows: number): Derivatives {
  return { first: new Float64Array(rows), second: new Float64Array(rows) }
}
