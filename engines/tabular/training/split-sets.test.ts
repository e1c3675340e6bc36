import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unbounded } from './constraints.ts'
import { defaultOptions } from './options.ts'
import { findSplit } from './split.ts'
import type { SplitOptions } from './split-search.ts'

/** One set column: the words (second, first) of bin 0 and of each level. */
function splitSet(
  levels: readonly (readonly [second: number, first: number])[],
  given: Partial<SplitOptions> = {},
) {
  const words = Int32Array.from(levels.flat())
  const sum = (at: number) => levels.reduce((total, level) => total + (level[at] ?? 0), 0)
  const split = findSplit({
    histogram: { words, offsets: Int32Array.of(0), binCounts: Int32Array.of(levels.length) },
    ...{ units: { first: 1, second: 1 }, sums: { first: sum(1), second: sum(0) }, columns: Int32Array.of(0) },
    ...{ kinds: Uint8Array.of(1), monotone: new Int8Array(1), bounds: unbounded },
    options: { ...defaultOptions, ...given },
  })
  return split?.kind === 'set' ? split : undefined
}

const leftOf = (split: ReturnType<typeof splitSet>) =>
  Array.from(split?.bins ?? [], (isLeft, bin) => (isLeft === 1 ? bin : -1)).filter((bin) => bin >= 0)

test('levels of like effect are put together, wherever their numbers are, the fewer ones left', () => {
  const levels = [0, 9, -8, 9, -9, 8, -9, 9, 9].map((first, bin): [number, number] => [
    bin === 0 ? 0 : 40,
    20 * first,
  ])
  assert.deepEqual(leftOf(splitSet(levels)), [2, 4, 6])
})

test('no more levels than maxSetLevels are on the side of fewer', () => {
  const levels = Array.from({ length: 101 }, (_, bin): [number, number] => [
    bin === 0 ? 0 : 50,
    bin <= 50 ? 100 : -100,
  ])
  assert.equal(leftOf(splitSet(levels)).length, 32)
  assert.equal(leftOf(splitSet(levels, { maxSetLevels: 7 })).length, 7)
  assert.equal(leftOf(splitSet(levels, { maxSetLevels: 127 })).length, 50)
})

test('few levels are each tried alone against the others', () => {
  const levels: [number, number][] = [
    [0, 0],
    [20, 90],
    [20, 80],
    [20, -80],
    [20, -90],
  ]
  assert.deepEqual(leftOf(splitSet(levels, { maxOneAgainstRest: 4 })).length, 1)
  assert.deepEqual(leftOf(splitSet(levels, { maxOneAgainstRest: 3 })).length, 2)
})

test('smoothing keeps a rare level from the end of the order that chance gave it', () => {
  // Level 3 has one row, at the extreme; level 1 has many at nearly as much.
  const levels: [number, number][] = [
    [0, 0],
    [100, 90],
    [100, -5],
    [1, 1],
    [100, -6],
    [100, -7],
  ]
  const limited = { maxSetLevels: 1, setL2: 0, minLeafWeight: 0.5 }
  assert.deepEqual(leftOf(splitSet(levels, { ...limited, setSmoothing: 10 })), [1])
  assert.deepEqual(leftOf(splitSet(levels, { ...limited, setSmoothing: 0 })), [5])
})

test('setL2 lowers the gain of a set but not the steps of its sides', () => {
  const levels: [number, number][] = [
    [0, 0],
    [50, 40],
    [50, 40],
    [50, -40],
    [50, -40],
    [50, -40],
  ]
  const [free, held] = [splitSet(levels, { setL2: 0 }), splitSet(levels, { setL2: 30 })]
  assert.ok((held?.gain ?? 0) < (free?.gain ?? 0))
  assert.equal(held?.leftStep, free?.leftStep)
})

test('a level that the node has not seen goes with the many', () => {
  const levels: [number, number][] = [
    [0, 0],
    [50, 90],
    [0, 0],
    [50, -50],
    [50, -50],
  ]
  assert.deepEqual(leftOf(splitSet(levels)), [1])
})

test('one level only, and nothing missing, is no split', () => {
  assert.equal(
    splitSet([
      [0, 0],
      [50, 40],
      [0, 0],
    ]),
    undefined,
  )
  assert.equal(splitSet([[0, 0]]), undefined)
})
