/**
 * The code that scores a block of rows, made for one model: values to bytes, bytes to leaf numbers sixteen rows at a time,
 * leaf numbers to margins.
 *
 * A tree is one expression without jumps: at every split, a mask of the rows that go left chooses between what the left and
 * the right side say. It works out every split of a tree once for sixteen rows, where a walk works out one split a level for
 * each row and guesses the way. Measured on one thread, rows a second with trees of 32 leaves, a walk being 1: bit vectors
 * (Lucchese et al., "QuickScorer", SIGIR 2015) 1.3, walks through complete trees without jumps, four rows side by side, 3.3 (as
 * XGBoost's), this 27. With trees of 700 leaves: a walk 1, XGBoost's 3, this 6.
 */
import * as machine from '../machine/assembler.ts'
import type { Ensemble } from '../model/ensemble.ts'
import { bytesFunction } from './bytes-code.ts'
import { BLOCK_ROWS, type Layout, SLOTS } from './layout.ts'
import { rankOf, WINDOW_CUTS } from './ranks.ts'
import * as vector from './vector-code.ts'

type Code = machine.Code
const { get, set, tee, constant } = machine

/** Splits in one function: the machine's compiler takes more than its share of time over long ones. */
const FUNCTION_SPLITS = 400
/** Rows whose leaves are added up side by side, as one addition waits for the one before. */
const SUMMED_ROWS = 8
const VECTOR = 16
/** Locals: the parameter, then the row. */
const ROWS = 0
const ROW = 1

/** The functions in the order in which they are to be called, each with the number of rows of the block. */
export function batchFunctions(trees: Ensemble, layout: Layout): readonly machine.MachineFunction[] {
  const functions = layout.columns.map((column) => bytesFunction(column, layout))
  for (const group of groupsOf(layout))
    functions.push(...leafFunctions(trees, layout, group), marginFunction(layout, group))
  return functions
}

/** A tree of a group and where the numbers of its rows' leaves lie; of their pages, where it has more than one. */
interface Member {
  readonly tree: number
  readonly numbersAt: number
  readonly pagesAt: number | undefined
}

/** Trees in their order, as many together as there are slots for. */
function groupsOf({ pages, slotsAt }: Layout): readonly (readonly Member[])[] {
  const groups: Member[][] = []
  let free = 0
  pages.forEach(({ length }, tree) => {
    const needed = length > 1 ? 2 : 1
    if (free < needed) {
      groups.push([])
      free = SLOTS
    }
    const at = slotsAt + (SLOTS - free) * BLOCK_ROWS
    groups.at(-1)?.push({ tree, numbersAt: at, pagesAt: length > 1 ? at + BLOCK_ROWS : undefined })
    free -= needed
  })
  return groups
}

/** Bytes to the numbers of the leaves, counted from the left within each page: a byte for each row and tree. */
function leafFunctions(trees: Ensemble, layout: Layout, group: readonly Member[]): machine.MachineFunction[] {
  const functions: machine.MachineFunction[] = []
  let body: number[] = []
  let splits = 0
  for (const { tree, numbersAt, pagesAt } of group) {
    const root = trees.roots[tree] ?? 0
    const pages = new Set(layout.pages[tree])
    const isLeaf = (node: number): boolean => (trees.column[node] ?? -1) < 0
    append(body, get(ROW))
    splits += putTree({ trees, layout, body }, { root, isEnd: isLeaf, countsAnew: (node) => pages.has(node) })
    append(body, vector.storeVector(numbersAt))
    if (pagesAt !== undefined) {
      append(body, get(ROW))
      splits += putTree(
        { trees, layout, body },
        { root, isEnd: (node) => pages.has(node), countsAnew: () => false },
      )
      append(body, vector.storeVector(pagesAt))
    }
    if (splits < FUNCTION_SPLITS && tree !== group.at(-1)?.tree) continue
    functions.push({
      name: `trees${tree}`,
      parameters: 1,
      locals: [machine.I32],
      code: [...forRows(body, VECTOR), ...constant(0)],
    })
    body = []
    splits = 0
  }
  return functions
}

interface Putting {
  readonly trees: Ensemble
  readonly layout: Layout
  /** Grows; a list that is made anew for every split would take time by the square. */
  readonly body: number[]
}

/** Which nodes a tree's code tells apart: its ends, numbered from the left, from 0 again where a node counts anew. */
interface Ends {
  readonly root: number
  readonly isEnd: (node: number) => boolean
  readonly countsAnew: (node: number) => boolean
}

/** Appends the code that leaves the numbers of the rows' ends on the stack; returns the number of its splits. */
function putTree(putting: Putting, { root, isEnd, countsAnew }: Ends): number {
  const { trees, body } = putting
  let ends = 0
  let splits = 0
  const put = (node: number): void => {
    if (countsAnew(node)) ends = 0
    if (isEnd(node)) {
      putNumber(body, ends++)
      return
    }
    splits++
    const left = trees.left[node] ?? 0
    if (isEnd(left) && isEnd(left + 1) && !countsAnew(left)) {
      // The right end's number, and −1 where the left one is meant.
      putNumber(body, ends + 1)
      putGoesLeft(putting, node)
      append(body, vector.addBytes)
      ends += 2
      return
    }
    put(left)
    put(left + 1)
    putGoesLeft(putting, node)
    append(body, vector.chooseBits)
  }
  put(root)
  return splits
}

/** Sixteen times the same byte, by the byte. */
const numbers: readonly Code[] = Array.from({ length: 256 }, (_, byte) => [
  ...constant(0),
  ...vector.loadVector(byte * VECTOR),
])

function putNumber(body: number[], byte: number): void {
  append(body, numbers[byte] ?? [])
}

/** Appends the code of a mask: −1 for the rows that go left, 0 for the rest. */
function putGoesLeft({ trees, layout, body }: Putting, node: number): void {
  const { bytes, cuts } = layout.columns[layout.placeOf[trees.column[node] ?? 0] ?? -1] ?? notLaidOut()
  const { low = 0, high = 0, firstHalf = 0, secondHalf = 0, bit = 0 } = bytes
  const putRows = (at: number): void => {
    append(body, get(ROW))
    append(body, vector.loadVector(at))
  }
  const setAt = layout.setsAt.get(node)
  if (setAt === undefined) {
    const rank = rankOf(cuts, trees.threshold[node] ?? 0)
    // One more than the rank of the threshold is above the bytes of all values up to it.
    putNumber(body, ((rank % WINDOW_CUTS) + 1) ^ 128)
    putRows((trees.missingLeft[node] === 1 ? low : high) + Math.floor(rank / WINDOW_CUTS) * BLOCK_ROWS)
    append(body, vector.bytesAbove)
    return
  }
  const putLookUp = (at: number, positions: number): void => {
    append(body, [...constant(0), ...vector.loadVector(at)])
    putRows(positions)
    append(body, vector.lookUpBytes)
  }
  putLookUp(setAt, firstHalf)
  putLookUp(setAt + VECTOR, secondHalf)
  append(body, vector.orBits)
  putRows(bit)
  append(body, vector.andBits)
  putRows(bit)
  append(body, vector.bytesEqual)
}

function notLaidOut(): never {
  throw new RangeError('a split asks for a column that was not laid out')
}

/** Adds the values of a group's leaves to the margins, tree after tree, as every sum of a model is made. */
function marginFunction({ leavesAt, marginsAt }: Layout, group: readonly Member[]): machine.MachineFunction {
  const margins = 2
  const rows = Array.from({ length: SUMMED_ROWS }, (_, index) => ({ index, sum: 3 + index }))
  const body: number[] = []
  for (const { index, sum } of rows)
    append(body, [...get(margins), ...vector.loadDouble(marginsAt + 8 * index), ...set(sum)])
  for (const { tree, numbersAt, pagesAt } of group) {
    for (const { index, sum } of rows) {
      append(body, [...get(sum), ...get(ROW), ...machine.loadByte(numbersAt + index)])
      if (pagesAt !== undefined) {
        append(body, [...get(ROW), ...machine.loadByte(pagesAt + index), ...constant(8)])
        append(body, [...machine.shiftLeft, ...machine.add])
      }
      append(body, [...constant(3), ...machine.shiftLeft, ...vector.loadDouble(leavesAt[tree] ?? 0)])
      append(body, [...vector.addDoubles, ...set(sum)])
    }
  }
  for (const { index, sum } of rows)
    append(body, [...get(margins), ...get(sum), ...vector.storeDouble(marginsAt + 8 * index)])
  append(body, [...get(margins), ...constant(8 * SUMMED_ROWS), ...machine.add, ...set(margins)])
  return {
    name: `margins${group[0]?.tree ?? 0}`,
    parameters: 1,
    locals: [machine.I32, machine.I32, ...rows.map((): machine.ValueType => machine.F64)],
    code: [...forRows(body, SUMMED_ROWS), ...constant(0)],
  }
}

/** Does the body for every `step`th row; what lies beyond the last row is worked on too, and read by nobody. */
function forRows(body: Code, step: number): Code {
  const more = [...get(ROW), ...constant(step), ...machine.add, ...tee(ROW), ...get(ROWS), ...machine.isBelow]
  return machine.doWhile(body, more)
}

function append(body: number[], code: Code): void {
  for (let at = 0; at < code.length; at++) body.push(code[at] ?? 0)
}
