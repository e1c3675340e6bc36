/** What the threads of a training share, and what each of them can be asked to do. */
import type { SharedMemory } from '../machine/webassembly.ts'
import { BLOCK, sizesOf, toFixedPoint } from './fixed-point.ts'
import type { Layout } from './layout.ts'
import type { Derivatives, Objective, ObjectiveRows, RowRange } from './objective.ts'
import { type ObjectiveSpec, objectiveOf } from './objectives/objectives.ts'
import { type TableCode, tableCode } from './table-code.ts'

/** Plain data over shared memory: a thread that is given it works on the same rows. */
export interface Task {
  readonly memory: SharedMemory
  readonly layout: Layout
  readonly objective: ObjectiveSpec
  /** Of all rows, those that validate included. */
  readonly rows: ObjectiveRows
  readonly margins: Float64Array
  /** Of the rows that are learned from. */
  readonly derivatives: Derivatives
  /** Sums of sizes, first then second, by block of rows. */
  readonly blocks: Float64Array
  readonly threads: number
  /** Orders: see `Word`. */
  readonly orders: Int32Array
  /** The units of the round: of first, then of second derivatives. */
  readonly units: Float64Array
}

/** Words of `orders`. */
export const Word = {
  number: 0,
  pending: 1,
  order: 2,
  from: 3,
  to: 4,
  column: 5,
  failed: 6,
  answers: 8,
} as const

export const Order = { differentiate: 1, toFixedPoint: 2, count: 3, part: 4, stop: 5 } as const

/** One thread's hands: it does its share of an order. */
export class Worker {
  readonly #task: Task
  readonly #thread: number
  readonly #code: TableCode
  readonly #objective: Objective
  readonly #words: Int32Array

  constructor(task: Task, thread: number) {
    this.#task = task
    this.#thread = thread
    this.#code = tableCode(task.memory, task.layout, thread)
    this.#objective = objectiveOf(task.objective)
    const { derivatives, rows } = task.layout
    this.#words = new Int32Array(task.memory.buffer, derivatives, 2 * rows)
  }

  get code(): TableCode {
    return this.#code
  }

  /** The thread's share of the order that stands in the words. */
  do(): void {
    const { orders, units } = this.#task
    const order = orders[Word.order] ?? 0
    const from = orders[Word.from] ?? 0
    const to = orders[Word.to] ?? 0
    if (order === Order.differentiate) this.#differentiate(to)
    else if (order === Order.toFixedPoint) {
      const rounding = {
        words: this.#words,
        units: { first: units[0] ?? 1, second: units[1] ?? 1 },
        salt: from,
      }
      for (const range of this.#blocksOf(to)) toFixedPoint(this.#task.derivatives, rounding, range)
    } else {
      const share = this.shareOf(from, to)
      const { order: listed } = this.#task.layout
      const [first, last] = [listed + 4 * share.from, listed + 4 * share.to]
      if (order === Order.count) this.#code.count(first, last)
      else if (order === Order.part) {
        const end = this.#code.part(first, last, orders[Word.column] ?? 0)
        orders[Word.answers + this.#thread] = (end - listed) / 4
      }
    }
  }

  /** The thread's part of a range; together they are the range, in the order of the threads. */
  shareOf(from: number, to: number, thread = this.#thread): RowRange {
    const { threads } = this.#task
    const at = (edge: number) => from + Math.floor(((to - from) * edge) / threads)
    return { from: at(thread), to: at(thread + 1) }
  }

  #differentiate(to: number): void {
    const { rows, margins, derivatives, blocks } = this.#task
    // A query's rows depend on one another: one thread does them all.
    const ranges =
      rows.groups === undefined ? this.#blocksOf(to) : this.#thread === 0 ? [{ from: 0, to }] : []
    for (const range of ranges) this.#objective.differentiate(rows, { margins, range }, derivatives)
    for (const range of rows.groups === undefined || this.#thread > 0 ? ranges : blocksOf(to)) {
      const { first, second } = sizesOf(derivatives, range)
      const block = range.from / BLOCK
      blocks[2 * block] = first
      blocks[2 * block + 1] = second
    }
  }

  #blocksOf(to: number): RowRange[] {
    const blocks = blocksOf(to)
    const share = this.shareOf(0, blocks.length)
    return blocks.slice(share.from, share.to)
  }
}

function blocksOf(to: number): RowRange[] {
  return Array.from({ length: Math.ceil(to / BLOCK) }, (_, block) => ({
    from: block * BLOCK,
    to: Math.min(to, (block + 1) * BLOCK),
  }))
}
