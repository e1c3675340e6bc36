import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { allowedColumns, checkMonotone, childBounds, unbounded } from './constraints.ts'
import { defaultOptions } from './options.ts'
import { findSplit, goesLeft } from './split.ts'
import { type Bounds, stepOf } from './split-search.ts'

type TestRow = { readonly bins: readonly [number, number]; readonly first: number }

const options = { ...defaultOptions, minLeafWeight: 1 }
const [BIN_COUNT, DEEPEST] = [6, 5]

/** The steps that a tree grown on the rows gives every pair of bins, on a grid of the first by the second column. */
function surface(rows: readonly TestRow[], monotone: Int8Array): readonly (readonly number[])[] {
  const grid = Array.from({ length: BIN_COUNT }, () => new Array<number>(BIN_COUNT).fill(0))
  const cells = grid.flatMap((_, x) => grid.map((_, y): [number, number] => [x, y]))
  const grow = (own: readonly TestRow[], at: readonly [number, number][], bounds: Bounds, depth: number) => {
    const words = new Int32Array(4 * BIN_COUNT)
    const sums = { first: own.reduce((sum, { first }) => sum + first, 0), second: own.length }
    for (const { bins, first } of own) {
      for (const place of [2 * bins[0], 2 * (BIN_COUNT + bins[1])]) {
        words[place] = (words[place] ?? 0) + 1
        words[place + 1] = (words[place + 1] ?? 0) + first
      }
    }
    const histogram = { words, offsets: Int32Array.of(0, BIN_COUNT), binCounts: Int32Array.of(6, 6) }
    const [units, columns, kinds] = [{ first: 1, second: 1 }, Int32Array.of(0, 1), new Uint8Array(2)]
    const split = findSplit({ histogram, units, sums, columns, kinds, monotone, bounds, options })
    if (split === undefined || depth === DEEPEST) {
      for (const [x, y] of at) grid[x]?.splice(y, 1, stepOf(sums, options, bounds))
      return
    }
    const parts = childBounds(split, bounds, monotone)
    const isLeft = (bins: readonly [number, number]) => goesLeft(bins[split.column === 0 ? 0 : 1], split)
    grow(
      own.filter(({ bins }) => isLeft(bins)),
      at.filter(isLeft),
      parts.left,
      depth + 1,
    )
    grow(
      own.filter(({ bins }) => !isLeft(bins)),
      at.filter((bins) => !isLeft(bins)),
      parts.right,
      depth + 1,
    )
  }
  grow(rows, cells, unbounded, 0)
  return grid
}

const bin = fc.integer({ min: 0, max: BIN_COUNT - 1 })
const rowsOf = fc.array(fc.record({ bins: fc.tuple(bin, bin), first: fc.integer({ min: -30, max: 30 }) }), {
  minLength: 10,
  maxLength: 80,
})

test('a monotone tree never falls, or never rises, along the column, whatever the other one holds', () => {
  fc.assert(
    fc.property(rowsOf, fc.constantFrom<1 | -1>(1, -1), (rows, sign) => {
      const grid = surface(rows, Int8Array.of(sign, 0))
      // Bin 0 holds the missing values, which have no place in the order.
      for (let x = 2; x < BIN_COUNT; x++) {
        grid[x]?.forEach((step, y) => {
          assert.ok(sign * (step - (grid[x - 1]?.[y] ?? 0)) >= 0)
        })
      }
    }),
  )
})

test('without the constraint the same rows make a tree that falls', () => {
  const rows = [1, 2, 3, 4, 5].flatMap((own): TestRow[] =>
    Array.from({ length: 4 }, () => ({ bins: [own, 1], first: own === 3 ? -30 : 30 })),
  )
  const steps = (monotone: Int8Array) => surface(rows, monotone).map((column) => column[1] ?? 0)
  const free = steps(new Int8Array(2))
  assert.ok((free[4] ?? 0) < (free[3] ?? 0))
  const held = steps(Int8Array.of(1, 0))
  assert.ok((held[4] ?? 0) >= (held[3] ?? 0))
})

test('a free column hands its bounds down as they are', () => {
  const bounds = { low: -1, high: 2 }
  const parts = childBounds({ column: 1, leftStep: -0.5, rightStep: 1 }, bounds, Int8Array.of(1, 0))
  assert.deepEqual(parts, { left: bounds, right: bounds })
})

test('below the root, features may only meet those of a group that holds the whole path', () => {
  // Features 0 … 4; feature 1 has two columns.
  const featureOfColumn = Int32Array.of(0, 1, 1, 2, 3, 4)
  const interactions = {
    groups: [
      [0, 1],
      [1, 2, 3],
    ],
    featureOfColumn,
  }
  const all = Int32Array.of(0, 1, 2, 3, 4, 5)
  const allowed = (...path: number[]) => [...allowedColumns(path, interactions, all)]
  assert.deepEqual(allowed(), [0, 1, 2, 3, 4, 5])
  assert.deepEqual(allowed(0), [0, 1, 2])
  assert.deepEqual(allowed(1), [0, 1, 2, 3, 4])
  assert.deepEqual(allowed(1, 2), [1, 2, 3, 4])
  assert.deepEqual(allowed(4), [5])
  assert.deepEqual([...allowedColumns([1], interactions, Int32Array.of(0, 5))], [0])
})

test('a loss that renews its leaves refuses monotone features', () => {
  const features = [{ name: 'mass' }, { name: 'price', monotone: 1 }]
  assert.throws(() => checkMonotone({ name: 'absolute' }, features), {
    code: 'option_invalid',
    message: /"price"/,
  })
  assert.throws(() => checkMonotone({ name: 'quantile', level: 0.9 }, features), { code: 'option_invalid' })
  checkMonotone({ name: 'squared' }, features)
  checkMonotone({ name: 'absolute' }, [{ name: 'mass', monotone: 0 }])
})
