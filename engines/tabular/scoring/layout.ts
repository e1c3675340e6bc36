import type { Ensemble } from '../model/ensemble.ts'
import { leafValues, MOST_PAGES, PAGE_LEAVES, pageRoots } from './pages.ts'
import { leftLevels, type RankedColumn, rankColumns, WINDOW_CUTS } from './ranks.ts'

/** Rows that go through the trees together: enough to hide what a call costs, few enough for the nearest cache. */
export const BLOCK_ROWS = 256
/** Buffers, of a byte a row, that the leaf and page numbers of trees are kept in until they are added up. */
export const SLOTS = 64
const VECTOR = 16
const DOUBLE = 8
/** A set of levels as bits. */
const SET_BYTES = 32

/** Where a column's bytes begin, one a row; absent where the trees do not ask for them. */
interface ByteColumns {
  /** Ranks by window, less 128; of a missing value the least. */
  readonly low?: number | undefined
  /** Ranks by window, less 128; of a missing value the greatest. */
  readonly high?: number | undefined
  /** Levels: which byte of a set's first half, of its second half, and which bit. */
  readonly firstHalf?: number | undefined
  readonly secondHalf?: number | undefined
  readonly bit?: number | undefined
}

export interface LaidColumn extends RankedColumn {
  /** The thresholds, filled up with infinity to a power of two. */
  readonly cutsAt: number
  /** Halvings until a rank is found. */
  readonly halvings: number
  readonly windows: number
  readonly bytes: ByteColumns
}

/** Where everything lies in the memory, as byte addresses. From 0 on lie 256 vectors, each 16 times its own number. */
export interface Layout {
  readonly columns: readonly LaidColumn[]
  /** Position among those columns of each column of a row; −1 of one that no split asks for. */
  readonly placeOf: Int32Array
  /** Address of the table of levels of a split by a set, by node. */
  readonly setsAt: ReadonlyMap<number, number>
  /** Of each tree the roots of its pages, and where the values of their leaves lie: pages one after the other. */
  readonly pages: readonly Int32Array[]
  readonly leavesAt: readonly number[]
  readonly slotsAt: number
  readonly marginsAt: number
  /** The rows' values: column c of row r is number `r × width + c`. */
  readonly cellsAt: number
  /** How many columns a row has. */
  readonly width: number
  readonly size: number
}

/** `undefined` where a tree has too many pages, or a column too many thresholds or levels, for bytes. */
export function layOut(trees: Ensemble, width: number): Layout | undefined {
  const ranked = rankColumns(trees)
  const pages = Array.from(trees.roots, (_, tree) => pageRoots(trees, tree))
  if (ranked === undefined || pages.some(({ length }) => length > MOST_PAGES)) return undefined
  let size = 256 * VECTOR
  const take = (bytes: number): number => {
    const at = size
    size += Math.ceil(bytes / VECTOR) * VECTOR
    return at
  }
  const columns = ranked.map((column) => layColumn(column, take))
  const placeOf = new Int32Array(width).fill(-1)
  columns.forEach(({ column }, place) => {
    placeOf[column] = place
  })
  const setsAt = new Map<number, number>()
  trees.set.forEach((set, node) => {
    if (set >= 0) setsAt.set(node, take(SET_BYTES))
  })
  const places = {
    // All pages but the last are as long as a page can be, so that a page's number is an address.
    leavesAt: pages.map((roots) =>
      take(((roots.length - 1) * PAGE_LEAVES + leafValues(trees, roots.at(-1) ?? 0).length) * DOUBLE),
    ),
    slotsAt: take(SLOTS * BLOCK_ROWS),
    marginsAt: take(BLOCK_ROWS * DOUBLE),
    cellsAt: take(BLOCK_ROWS * width * DOUBLE),
  }
  return { columns, placeOf, setsAt, pages, width, ...places, size }
}

function layColumn(column: RankedColumn, take: (bytes: number) => number): LaidColumn {
  const halvings = Math.ceil(Math.log2(column.cuts.length + 1))
  const windows = Math.ceil(column.cuts.length / WINDOW_CUTS)
  const rows = (isAsked: boolean, times = 1): number | undefined =>
    isAsked ? take(times * BLOCK_ROWS) : undefined
  return {
    ...column,
    halvings,
    windows,
    cutsAt: take(2 ** halvings * DOUBLE),
    bytes: {
      low: rows(column.hasLow, windows),
      high: rows(column.hasHigh, windows),
      firstHalf: rows(column.hasSets),
      secondHalf: rows(column.hasSets),
      bit: rows(column.hasSets),
    },
  }
}

/** Writes what does not change from row to row. */
export function fillConstants(layout: Layout, trees: Ensemble, buffer: SharedArrayBuffer): void {
  const bytes = new Uint8Array(buffer)
  const doubles = new Float64Array(buffer)
  for (let byte = 0; byte < 256; byte++) bytes.fill(byte, byte * VECTOR, (byte + 1) * VECTOR)
  for (const { cuts, cutsAt, halvings } of layout.columns) {
    doubles.fill(Number.POSITIVE_INFINITY, cutsAt / DOUBLE, cutsAt / DOUBLE + 2 ** halvings)
    doubles.set(cuts, cutsAt / DOUBLE)
  }
  for (const [node, at] of layout.setsAt) bytes.set(leftLevels(trees, node), at)
  layout.pages.forEach((roots, tree) => {
    const at = (layout.leavesAt[tree] ?? 0) / DOUBLE
    roots.forEach((root, page) => {
      doubles.set(leafValues(trees, root), at + page * PAGE_LEAVES)
    })
  })
}
