import { binInto } from '../table/binning.ts'
import { quantileCuts } from '../table/cuts.ts'
import type { EncodedColumn } from '../table/encoding.ts'
import type { Interactions } from './constraints.ts'
import { type BinnedTree, type GrowColumns, Grower, type GrowOptions } from './grower.ts'
import { type Layout, layOut } from './layout.ts'
import type { Objective, ObjectiveRows } from './objective.ts'
import { type ObjectiveSpec, objectiveOf } from './objectives/objectives.ts'
import { type Random, sampleAscending, seededRandom } from './random.ts'
import { slotsFor } from './slots.ts'
import { Team, type Threads } from './team.ts'
import { addSteps, type BinnedRows, walkable } from './walk.ts'

export interface BoostingOptions extends GrowOptions {
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

export interface BoostingData {
  readonly columns: readonly EncodedColumn[]
  readonly objective: ObjectiveSpec
  /** Rows [0, trainCount) are learned from; the rest, if any, validate. */
  readonly rows: ObjectiveRows
  readonly trainCount: number
  readonly interactions: Interactions | undefined
  /** Margins to begin with, by row: what an earlier model says. The best constant when left out. */
  readonly start?: Float64Array | undefined
}

export interface Round {
  readonly round: number
  readonly validationLoss: number | null
}

export interface Boosted {
  /** 0 where margins to begin with were given. */
  readonly baseMargin: number
  readonly trees: readonly BinnedTree[]
  /** Cuts between the bins of ordered columns; empty for sets. */
  readonly cuts: readonly Float64Array[]
  /** Margins of all rows after the kept trees. */
  readonly margins: Float64Array
}

export interface BoostingRun {
  readonly options: BoostingOptions
  readonly seed: number
  readonly threads?: Threads | undefined
  /** Trees of the first rounds, from a training of the same data, options and seed that was broken off. */
  readonly done?: readonly BinnedTree[] | undefined
  /** Told of each new tree. */
  readonly onTree?: ((tree: BinnedTree) => void) | undefined
}

/**
 * Gradient boosting (Friedman, "Greedy function approximation", Annals of Statistics 29(5), 2001) with second derivatives
 * (Chen & Guestrin, "XGBoost", KDD 2016), one round each time the generator is resumed. With validation rows, the trees after
 * the round of lowest validation loss are dropped. The same data, options and seed give the same trees for any number of
 * threads: sums are of whole numbers, and chance follows from the seed and the round.
 */
export function* boost(data: BoostingData, run: BoostingRun): Generator<Round, Boosted> {
  const training = new Training(data, run)
  try {
    return yield* training.run()
  } finally {
    training.stop()
  }
}

/** One training under way. */
class Training {
  readonly #data: BoostingData
  readonly #run: BoostingRun
  readonly #objective: Objective
  readonly #cuts: readonly Float64Array[]
  readonly #team: Team
  readonly #grower: Grower
  readonly #binned: BinnedRows
  readonly #order: Int32Array
  readonly #salt: number

  constructor(data: BoostingData, run: BoostingRun) {
    const { columns, trainCount } = data
    const { options, seed, threads } = run
    this.#data = data
    this.#run = run
    this.#objective = objectiveOf(data.objective)
    this.#cuts = columns.map(({ kind, values }) =>
      kind === 'set'
        ? new Float64Array()
        : quantileCuts(values.subarray(0, trainCount), options.maxBins, seed),
    )
    const binCounts = Int32Array.from(columns, ({ kind, levels }, column) =>
      kind === 'set' ? levels + 1 : (this.#cuts[column]?.length ?? 0) + 2,
    )
    const binTotal = binCounts.reduce((sum, count) => sum + count, 0)
    const slots = slotsFor(options.maxLeaves, binTotal)
    const rows = data.rows.labels.length
    const layout = layOut({ rows, binCounts, slots, threads: 1 + (threads?.helpers ?? 0) })
    this.#team = new Team(layout, data, threads)
    const { memory } = this.#team.task
    this.#binned = { bytes: new Uint8Array(memory.buffer), layout }
    this.#order = new Int32Array(memory.buffer, layout.order, trainCount)
    columns.forEach(({ kind, values }, column) => {
      const into = { bins: this.#binned.bytes, stride: 1, offset: layout.columns + column * rows }
      if (kind === 'set') placeLevels(values, into)
      else binInto(values, this.#cuts[column] ?? new Float64Array(), into)
    })
    byRows(this.#binned.bytes, layout)
    const growColumns: GrowColumns = {
      binCounts,
      kinds: Uint8Array.from(columns, ({ kind }) => (kind === 'set' ? 1 : 0)),
      monotone: Int8Array.from(columns, ({ monotone }) => monotone),
      interactions: data.interactions,
    }
    this.#grower = new Grower(this.#team, growColumns, { options, slots })
    this.#salt = seededRandom(seed).next()
  }

  *run(): Generator<Round, Boosted> {
    const { rows, trainCount, start } = this.#data
    const { options, done = [], onTree } = this.#run
    const total = rows.labels.length
    const { margins } = this.#team.task
    const baseMargin = start === undefined ? this.#objective.baseMargin(rows, { from: 0, to: trainCount }) : 0
    if (start === undefined) margins.fill(baseMargin)
    else margins.set(start)
    const trees: BinnedTree[] = []
    const validates = trainCount < total
    const lossNow = () => this.#objective.loss(rows, margins, { from: trainCount, to: total })
    let best = { round: 0, loss: validates ? lossNow() : 0, margins: validates ? margins.slice() : margins }
    for (let round = 1; round <= options.maxRounds; round++) {
      const known = done[round - 1]
      const tree = known ?? this.#growTree(round)
      if (known !== undefined) this.#addTo({ from: 0, to: total }, tree)
      trees.push(tree)
      if (known === undefined) onTree?.(tree)
      const validationLoss = validates ? lossNow() : null
      yield { round, validationLoss }
      if (validationLoss === null) continue
      if (validationLoss < best.loss) {
        best.margins.set(margins)
        best = { round, loss: validationLoss, margins: best.margins }
      } else if (round - best.round >= options.patience) break
    }
    if (!validates) return { baseMargin, trees, cuts: this.#cuts, margins }
    return { baseMargin, trees: trees.slice(0, best.round), cuts: this.#cuts, margins: best.margins }
  }

  stop(): void {
    this.#team.stop()
  }

  /** Grows the round's tree and adds its steps to all margins. */
  #growTree(round: number): BinnedTree {
    const { trainCount, columns } = this.#data
    const { options } = this.#run
    const random = seededRandom(round * 2 ** 32 + this.#salt)
    const units = this.#team.differentiate(trainCount, random.next() | 0)
    const rowCount = this.#list(random)
    const columnCount = Math.max(1, Math.round(options.columnShare * columns.length))
    const grown = this.#grower.grow(rowCount, sampleAscending(random, columns.length, columnCount), units)
    const tree = this.#renewed(grown)
    if (rowCount < trainCount) this.#addTo({ from: 0, to: trainCount }, tree)
    else this.#addToListed(tree)
    this.#addTo({ from: trainCount, to: this.#data.rows.labels.length }, tree)
    return tree
  }

  /** Lists the rows that the round's tree sees; returns how many. */
  #list(random: Random): number {
    const { trainCount } = this.#data
    const { rowShare } = this.#run.options
    if (rowShare < 1) {
      const sample = sampleAscending(random, trainCount, Math.max(1, Math.round(rowShare * trainCount)))
      this.#order.set(sample)
      return sample.length
    }
    for (let row = 0; row < trainCount; row++) this.#order[row] = row
    return trainCount
  }

  /** Leaves with the steps that are best for their rows, where Newton's step is not. */
  #renewed(tree: BinnedTree): BinnedTree {
    const { leafStep } = this.#objective
    if (leafStep === undefined) return tree
    const { labels, weights } = this.#data.rows
    const { margins } = this.#team.task
    return tree.map((node) => {
      if (node.split !== undefined) return node
      const rows = this.#order.subarray(node.from, node.to)
      const residuals = Float64Array.from(rows, (row) => (labels[row] ?? 0) - (margins[row] ?? 0))
      const own = Float64Array.from(rows, (row) => weights[row] ?? 0)
      return { ...node, step: leafStep(residuals, own) }
    })
  }

  /** All rows were listed, so each leaf knows its own. */
  #addToListed(tree: BinnedTree): void {
    const { margins } = this.#team.task
    const { learningRate } = this.#run.options
    for (const { split, step, from, to } of tree) {
      if (split !== undefined) continue
      const added = learningRate * step
      for (let at = from; at < to; at++) {
        const row = this.#order[at] ?? 0
        margins[row] = (margins[row] ?? 0) + added
      }
    }
  }

  #addTo(rows: { readonly from: number; readonly to: number }, tree: BinnedTree): void {
    if (rows.from >= rows.to) return
    const { learningRate: rate } = this.#run.options
    addSteps(this.#team.task.margins, walkable(tree), { binned: this.#binned, rate, rows })
  }
}

/** The bin of a level is one more than the level; missing values (NaN) have bin 0. */
function placeLevels(
  values: ArrayLike<number>,
  { bins, offset }: { readonly bins: Uint8Array; readonly offset: number },
): void {
  for (let row = 0; row < values.length; row++) {
    const level = values[row] ?? 0
    bins[offset + row] = Number.isNaN(level) ? 0 : level + 1
  }
}

/** Rows that are turned in one go: their bins of all columns stay in the cache meanwhile. */
const TURNED = 512

/** Copies the bins that lie column by column to where they lie row by row. */
function byRows(bytes: Uint8Array, { bins, columns, rows, width, stride }: Layout): void {
  for (let from = 0; from < rows; from += TURNED) {
    const to = Math.min(rows, from + TURNED)
    for (let column = 0; column < width; column++) {
      const at = columns + column * rows
      for (let row = from; row < to; row++) bytes[bins + row * stride + column] = bytes[at + row] ?? 0
    }
  }
}
