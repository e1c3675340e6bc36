import { assemble } from '../machine/assembler.ts'
import { instantiate, pagesOf, sharedMemory } from '../machine/webassembly.ts'
import type { Ensemble } from '../model/ensemble.ts'
import { batchFunctions } from './batch-code.ts'
import { BLOCK_ROWS, fillConstants, layOut } from './layout.ts'
import { compileWalk } from './walk.ts'

/** Scores rows block by block; it keeps the block's memory, so one at a time per thread. */
export interface Batch {
  /** Most rows of a block. */
  readonly rows: number
  /** The block's values, to be written by the caller: column c of row r at `r × width + c`. */
  readonly cells: Float64Array
  /** Writes the margins of the first `count` rows of the block to `margins`, from `at` on. */
  score(count: number, margins: Float64Array, at: number): void
}

interface Trees {
  readonly trees: Ensemble
  readonly baseMargin: number
  /** How many columns a row has. */
  readonly width: number
}

/** Making the code takes as long as walking some thousand rows. */
const WALKED_FIRST = 4_096

/**
 * The quickest way for the next rows, by their number: the walk until it has been asked for thousands, then code made for the
 * model. Both give the same margins, to the bit.
 */
export function batchesOf(given: Trees): (count: number) => Batch {
  let walked = 0
  let walking: Batch | undefined
  let made: Batch | undefined
  return (count) => {
    if (made !== undefined) return made
    walked += count
    if (walked > WALKED_FIRST) {
      walking = undefined
      made = compileBatch(given)
      return made
    }
    walking ??= walkingBatch(given)
    return walking
  }
}

/**
 * Code made for the model, or the walk where a tree has more than 256 pages of leaves, a column thousands of thresholds, or a
 * set levels beyond 253. Both give the margins of `leafAt`, to the bit.
 */
function compileBatch(given: Trees): Batch {
  return machineBatch(given) ?? walkingBatch(given)
}

function machineBatch({ trees, baseMargin, width }: Trees): Batch | undefined {
  const layout = layOut(trees, width)
  if (layout === undefined) return undefined
  const memory = sharedMemory(layout.size)
  fillConstants(layout, trees, memory.buffer)
  const functions = batchFunctions(trees, layout)
  const made = instantiate(assemble(functions, pagesOf(memory)), memory)
  const steps = functions.map(({ name }) => made[name] ?? missing)
  const cells = new Float64Array(memory.buffer, layout.cellsAt, BLOCK_ROWS * width)
  const sums = new Float64Array(memory.buffer, layout.marginsAt, BLOCK_ROWS)
  return {
    rows: BLOCK_ROWS,
    cells,
    score: (count, margins, at) => {
      if (count === 0) return
      sums.fill(baseMargin)
      for (const step of steps) step(count)
      margins.set(sums.subarray(0, count), at)
    },
  }
}

const missing = (): never => {
  throw new RangeError('the module has not the functions that it was made of')
}

function walkingBatch({ trees, baseMargin, width }: Trees): Batch {
  const walk = compileWalk({ trees, baseMargin })
  const cells = new Float64Array(BLOCK_ROWS * width)
  const rows = Array.from({ length: BLOCK_ROWS }, (_, row) => cells.subarray(row * width, (row + 1) * width))
  return {
    rows: BLOCK_ROWS,
    cells,
    score: (count, margins, at) => {
      for (let row = 0; row < count; row++) margins[at + row] = walk(rows[row] ?? cells)
    },
  }
}
