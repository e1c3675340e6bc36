/** The threads of a training at work together. */
import { TabularInputError } from '../errors.ts'
import { sharedMemory } from '../machine/webassembly.ts'
import { BLOCK, type Sizes, unitFor } from './fixed-point.ts'
import type { Layout } from './layout.ts'
import type { ObjectiveRows } from './objective.ts'
import type { ObjectiveSpec } from './objectives/objectives.ts'
import { Order, type Task, Word, Worker } from './task.ts'

/** How whoever calls the engine lets it work on several threads: the engine itself starts none. */
export interface Threads {
  /** Threads beyond the calling one. */
  readonly helpers: number
  /** Runs the default export of a module, with what is given, in a thread of its own. */
  start(module: URL, given: unknown): { stop(): void }
}

/** Nodes of fewer rows than this, for each thread, are not worth waking the others for. */
const WORTHWHILE = 4_096

/** After so many ms without a word it is looked whether a thread has failed. */
const LOOK_AGAIN = 1_000

const shared = (length: number) => new Float64Array(new SharedArrayBuffer(8 * length))

export class Team {
  readonly task: Task
  readonly #own: Worker
  readonly #helpers: readonly { stop(): void }[]

  constructor(
    layout: Layout,
    given: { readonly rows: ObjectiveRows; readonly objective: ObjectiveSpec; readonly trainCount: number },
    threads: Threads | undefined,
  ) {
    const helpers = threads?.helpers ?? 0
    const count = given.rows.labels.length
    this.task = {
      memory: sharedMemory(layout.bytes),
      layout,
      objective: given.objective,
      rows: sharedRows(given.rows),
      margins: shared(count),
      derivatives: { first: shared(given.trainCount), second: shared(given.trainCount) },
      blocks: shared(2 * Math.ceil(given.trainCount / BLOCK)),
      threads: 1 + helpers,
      orders: new Int32Array(new SharedArrayBuffer(4 * (Word.answers + 1 + helpers))),
      units: shared(2),
    }
    this.#own = new Worker(this.task, 0)
    this.#helpers = Array.from({ length: helpers }, (_, index) =>
      // The helper's number; a thread that starts late finds the order that waits for it.
      ({ thread: index + 1, task: this.task }),
    ).flatMap((helper) => threads?.start(new URL('./lent-thread.ts', import.meta.url), helper) ?? [])
  }

  /** Derivatives at the margins, in fixed point; returns their units. */
  differentiate(trainCount: number, salt: number): Sizes {
    this.#order(Order.differentiate, 0, trainCount)
    const { blocks, units } = this.task
    let [first, second] = [0, 0]
    for (let block = 0; block < blocks.length; block += 2) {
      first += blocks[block] ?? 0
      second += blocks[block + 1] ?? 0
    }
    if (!Number.isFinite(first + second)) {
      const why =
        'the weights, labels or margins are so large that their sum is beyond all numbers; scale them down, or lower learningRate or maxStep'
      throw new TabularInputError('weight_invalid', why)
    }
    units[0] = unitFor(first)
    units[1] = unitFor(second)
    this.#order(Order.toFixedPoint, salt, trainCount)
    return { first: units[0] ?? 1, second: units[1] ?? 1 }
  }

  /** Writes the histogram of the rows listed at [from, to) to an address. */
  count(from: number, to: number, into: number): void {
    const { layout, threads } = this.task
    const { code } = this.#own
    const isShared = threads > 1 && to - from >= WORTHWHILE * threads
    if (isShared) this.#order(Order.count, from, to)
    else code.count(layout.order + 4 * from, layout.order + 4 * to)
    for (let thread = 1; isShared && thread < threads; thread++)
      code.addTo(layout.own, layout.own + thread * layout.histogramBytes)
    code.copy(into, layout.own, layout.histogramBytes)
  }

  /** Moves the rows listed at [from, to) that go left before the others; returns where the others begin. */
  part(from: number, to: number, column: number): number {
    const { layout, threads, orders } = this.task
    const { code } = this.#own
    const at = (row: number) => layout.order + 4 * row
    const waiting = (row: number) => layout.scratch + 4 * row
    if (threads === 1 || to - from < WORTHWHILE * threads) {
      const middle = (code.part(at(from), at(to), column) - layout.order) / 4
      code.copy(at(middle), waiting(from), 4 * (to - middle))
      return middle
    }
    orders[Word.column] = column
    this.#order(Order.part, from, to)
    const shares = Array.from({ length: threads }, (_, thread) => ({
      ...this.#own.shareOf(from, to, thread),
      middle: orders[Word.answers + thread] ?? 0,
    }))
    let end = from
    for (const share of shares) {
      code.copy(at(end), at(share.from), 4 * (share.middle - share.from))
      end += share.middle - share.from
    }
    const middle = end
    for (const share of shares) {
      code.copy(at(end), waiting(share.from), 4 * (share.to - share.middle))
      end += share.to - share.middle
    }
    return middle
  }

  get code() {
    return this.#own.code
  }

  stop(): void {
    const { orders } = this.task
    orders[Word.order] = Order.stop
    Atomics.add(orders, Word.number, 1)
    Atomics.notify(orders, Word.number)
    for (const helper of this.#helpers) helper.stop()
  }

  #order(order: number, from: number, to: number): void {
    const { orders, threads } = this.task
    orders[Word.order] = order
    orders[Word.from] = from
    orders[Word.to] = to
    Atomics.store(orders, Word.pending, threads - 1)
    Atomics.add(orders, Word.number, 1)
    Atomics.notify(orders, Word.number)
    this.#own.do()
    const hasFailed = () => Atomics.load(orders, Word.failed) === 1
    for (let left = threads - 1; left > 0 && !hasFailed(); left = Atomics.load(orders, Word.pending))
      Atomics.wait(orders, Word.pending, left, LOOK_AGAIN)
    if (hasFailed()) throw new Error('a thread of the training failed')
  }
}

/** The rows where every thread sees them. */
function sharedRows({ labels, weights, groups }: ObjectiveRows): ObjectiveRows {
  const copy = (values: Float64Array) => {
    const made = shared(values.length)
    made.set(values)
    return made
  }
  return { labels: copy(labels), weights: copy(weights), ...(groups !== undefined && { groups }) }
}
