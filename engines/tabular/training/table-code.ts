/** The loops that training spends its time in, as code made for one table. */
import {
  add,
  add64,
  assemble,
  type Code,
  constant,
  copyBytes,
  doWhile,
  fillBytes,
  get,
  I32,
  I64,
  isBelow,
  isZero,
  load,
  load64,
  loadByte,
  type MachineFunction,
  multiply,
  set,
  shiftLeft,
  store,
  store64,
  subtract,
  subtract64,
  tee,
  when,
} from '../machine/assembler.ts'
import { instantiate, pagesOf, type SharedMemory } from '../machine/webassembly.ts'
import type { Layout } from './layout.ts'

export interface TableCode {
  /** Adds up the derivatives of the rows listed from one address to another, in the thread's own histogram. */
  count(from: number, to: number): void
  /**
   * Moves the listed rows whose bin of the column goes left to the front; the others are left, in order, at the same distance
   * in `scratch`. Both keep their order. Returns the address behind those that go left.
   */
  part(from: number, to: number, column: number): number
  /** Adds, or subtracts, one histogram to or from another. */
  addTo(histogram: number, other: number): void
  takeFrom(histogram: number, other: number): void
  copy(to: number, from: number, bytes: number): void
}

/** Rows whose bins are called for together: one after the other, each would wait for memory by itself. */
const AHEAD = 16

/** The code for one thread of a training. */
export function tableCode(memory: SharedMemory, layout: Layout, thread: number): TableCode {
  const functions = [countCode(layout, thread), partCode(layout), combineCode(layout, 'addTo', add64)]
  const bytes = assemble(
    [...functions, combineCode(layout, 'takeFrom', subtract64), copyCode],
    pagesOf(memory),
  )
  const { count, part, addTo, takeFrom, copy } = instantiate(bytes, memory)
  if (!count || !part || !addTo || !takeFrom || !copy) throw new Error('the code lacks a function')
  return { count, part, addTo, takeFrom, copy }
}

/** Puts the address of a row's bins on the stack; the row's number is there before. */
const binsOf = ({ stride }: Layout): Code => [...constant(stride), ...multiply]

/** Locals of the counting function; the first two are its parameters. */
const Local = { from: 0, to: 1, bins: 2, derivatives: 3, row: 4, until: 5, touched: 6 } as const

function countCode(layout: Layout, thread: number): MachineFunction {
  const { from, to, until, touched } = Local
  const own = layout.own + thread * layout.histogramBytes
  const addRow = addRowCode(layout, own)
  const addRows: Code = [
    ...[...get(from), ...constant(4 * AHEAD), ...add, ...set(until)],
    ...when([...get(to), ...get(until), ...isBelow], [...get(to), ...set(until)]),
    ...when(
      [...get(until), ...get(from), ...subtract, ...constant(4 * AHEAD), ...isBelow, ...isZero],
      Array.from({ length: AHEAD }, (_, ahead) => touchCode(layout, ahead)).flat(),
    ),
    ...doWhile(addRow, [...get(until), ...isBelow]),
  ]
  return {
    name: 'count',
    parameters: 2,
    locals: [I32, I64, I32, I32, I32],
    code: [
      ...[...constant(own), ...constant(0), ...constant(layout.histogramBytes), ...fillBytes],
      ...when(
        [...get(from), ...get(to), ...isBelow],
        doWhile(addRows, [...get(from), ...get(to), ...isBelow]),
      ),
      // What was touched is given back, so that no compiler finds the touching useless.
      ...get(touched),
    ],
  }
}

/** Reads the first bin of a row that is listed further on. */
function touchCode(layout: Layout, ahead: number): Code {
  const { from, touched } = Local
  return [
    ...[...get(touched), ...get(from), ...load(4 * ahead), ...binsOf(layout)],
    ...[...loadByte(layout.bins), ...add, ...set(touched)],
  ]
}

/** Adds the listed row to the bins of all columns, and leaves the address of the next one on the stack. */
function addRowCode(layout: Layout, own: number): Code {
  const { from, bins, derivatives, row } = Local
  const addColumn = (column: number): Code => {
    const sums = own + 8 * (layout.offsets[column] ?? 0)
    return [
      ...[...get(bins), ...loadByte(layout.bins + column), ...constant(3), ...shiftLeft, ...tee(row)],
      ...[...get(row), ...load64(sums), ...get(derivatives), ...add64, ...store64(sums)],
    ]
  }
  return [
    ...[...get(from), ...load(), ...tee(row), ...constant(3), ...shiftLeft],
    ...[...load64(layout.derivatives), ...set(derivatives)],
    ...[...get(row), ...binsOf(layout), ...set(bins)],
    ...Array.from({ length: layout.width }, (_, column) => addColumn(column)).flat(),
    ...[...get(from), ...constant(4), ...add, ...tee(from)],
  ]
}

function partCode(layout: Layout): MachineFunction {
  const [from, to, column, left, other, row, goes] = [0, 1, 2, 3, 4, 5, 6]
  const step: Code = [
    ...get(from),
    ...load(),
    ...tee(row),
    ...get(column),
    ...add,
    ...loadByte(layout.columns),
    ...loadByte(layout.goesLeft),
    ...constant(2),
    ...shiftLeft,
    ...set(goes),
    ...[...get(left), ...get(row), ...store(), ...get(other), ...get(row), ...store()],
    ...[...get(left), ...get(goes), ...add, ...set(left)],
    ...[...get(other), ...constant(4), ...add, ...get(goes), ...subtract, ...set(other)],
    ...[...get(from), ...constant(4), ...add, ...tee(from)],
  ]
  return {
    name: 'part',
    parameters: 3,
    locals: [I32, I32, I32, I32],
    code: [
      ...[...get(from), ...set(left)],
      ...[...get(column), ...constant(layout.rows), ...multiply, ...set(column)],
      ...[...get(from), ...constant(layout.scratch - layout.order), ...add, ...set(other)],
      ...when([...get(from), ...get(to), ...isBelow], doWhile(step, [...get(to), ...isBelow])),
      ...get(left),
    ],
  }
}

function combineCode(layout: Layout, name: string, combine: Code): MachineFunction {
  const [histogram, other, end] = [0, 1, 2]
  const step: Code = [
    ...[
      ...get(histogram),
      ...get(histogram),
      ...load64(),
      ...get(other),
      ...load64(),
      ...combine,
      ...store64(),
    ],
    ...[...get(other), ...constant(8), ...add, ...set(other)],
    ...[...get(histogram), ...constant(8), ...add, ...tee(histogram)],
  ]
  return {
    name,
    parameters: 2,
    locals: [I32],
    code: [
      ...[...get(histogram), ...constant(layout.histogramBytes), ...add, ...set(end)],
      ...doWhile(step, [...get(end), ...isBelow]),
      ...get(end),
    ],
  }
}

const copyCode: MachineFunction = {
  name: 'copy',
  parameters: 3,
  locals: [],
  code: [...get(0), ...get(1), ...get(2), ...copyBytes, ...get(2)],
}
