/** Code that turns one column's values, row by row, into the bytes that the trees ask for. */
import * as machine from '../machine/assembler.ts'
import { BLOCK_ROWS, type LaidColumn, type Layout } from './layout.ts'
import { MISSING_LEVEL, OTHER_LEVEL, WINDOW_CUTS } from './ranks.ts'
import * as vector from './vector-code.ts'

type Code = machine.Code
const { get, set, tee, constant } = machine

/** Locals: the parameter, then the row, the address of its value, the value, and its rank or level. */
const ROWS = 0
const ROW = 1
const CELL = 2
const RANK = 3
const VALUE = 4

export function bytesFunction(laid: LaidColumn, { cellsAt, width }: Layout): machine.MachineFunction {
  const { column, bytes, cuts, windows, hasSets } = laid
  const body = [
    ...[...get(CELL), ...vector.loadDouble(0), ...set(VALUE)],
    ...(cuts.length > 0 ? findRank(laid) : []),
    ...Array.from({ length: windows }, (_, window) => storeRank(laid, window)).flat(),
    ...(hasSets ? readLevel : []),
    ...storeByte(bytes.firstHalf, [...get(RANK), ...constant(3), ...vector.shiftRight]),
    ...storeByte(bytes.secondHalf, [
      ...[...get(RANK), ...constant(3), ...vector.shiftRight],
      ...[...constant(16), ...machine.subtract],
    ]),
    ...storeByte(bytes.bit, [
      ...[...constant(1), ...get(RANK), ...constant(7), ...vector.maskBits],
      ...machine.shiftLeft,
    ]),
    ...[...get(CELL), ...constant(8 * width), ...machine.add, ...set(CELL)],
  ]
  const more = [...get(ROW), ...constant(1), ...machine.add, ...tee(ROW), ...get(ROWS), ...machine.isBelow]
  return {
    name: `column${column}`,
    parameters: 1,
    locals: [machine.I32, machine.I32, machine.I32, machine.F64],
    code: [
      ...[...constant(cellsAt + 8 * column), ...set(CELL)],
      ...[...machine.doWhile(body, more), ...constant(0)],
    ],
  }
}

const isPresent: Code = [...get(VALUE), ...get(VALUE), ...vector.doubleEqual]

function storeByte(at: number | undefined, code: Code): Code {
  return at === undefined ? [] : [...get(ROW), ...code, ...vector.storeByte(at)]
}

/** The number of thresholds below the value: halvings without jumps, each of which adds what is passed over. */
function findRank({ cutsAt, halvings }: LaidColumn): Code {
  const code: Code[] = [[...constant(0), ...set(RANK)]]
  // Until the end the rank counts in doubles, so that it is an address too.
  for (let halving = halvings - 1; halving >= 0; halving--) {
    code.push(
      [...get(RANK), ...get(RANK), ...vector.loadDouble(cutsAt + 8 * (2 ** halving - 1))],
      [...get(VALUE), ...vector.doubleBelow, ...constant(halving + 3), ...machine.shiftLeft],
      [...machine.add, ...set(RANK)],
    )
  }
  code.push([...get(RANK), ...constant(3), ...vector.shiftRight, ...set(RANK)])
  return code.flat()
}

/** The rank within a window, less 128. */
function storeRank({ bytes, windows }: LaidColumn, window: number): Code {
  const at = (start: number | undefined) => (start === undefined ? undefined : start + window * BLOCK_ROWS)
  const least = window * WINDOW_CUTS
  const most = least + WINDOW_CUTS
  const within = [
    ...[
      ...get(RANK),
      ...constant(most),
      ...get(RANK),
      ...constant(most),
      ...machine.isBelow,
      ...vector.choose,
    ],
    ...[...constant(least), ...constant(least), ...get(RANK), ...machine.isBelow],
  ]
  // From the stack: the lower of rank and most, least, whether the rank is above least.
  const inWindow = [...within, ...vector.choose, ...constant(least), ...machine.subtract]
  const byte = [...(windows > 1 ? inWindow : get(RANK)), ...constant(128), ...vector.flipBits]
  return [
    // No threshold is below NaN, so its rank is the least already.
    ...storeByte(at(bytes.low), byte),
    ...storeByte(at(bytes.high), [...byte, ...constant(127), ...isPresent, ...vector.choose]),
  ]
}

/** The level as `goesLeftAt` reads it: whole and from 0 on, and here a byte. */
const readLevel: Code = [
  ...[...get(VALUE), ...vector.toWhole, ...constant(OTHER_LEVEL)],
  ...[...get(VALUE), ...vector.zero, ...vector.doubleAtLeast, ...vector.choose, ...set(RANK)],
  ...[...get(RANK), ...constant(OTHER_LEVEL), ...get(RANK), ...constant(OTHER_LEVEL), ...machine.isBelow],
  ...[...vector.choose, ...constant(MISSING_LEVEL), ...isPresent, ...vector.choose, ...set(RANK)],
]
