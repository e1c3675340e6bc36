import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findSplit, goesLeft } from './split.ts'
import { type BinnedRows, leafOf, TreeGrower } from './tree.ts'

const options = { maxLeaves: 8, maxDepth: 3, minLeafWeight: 0.5, l2: 1, minGain: 0 }

const binned = (rows: readonly (readonly number[])[]): BinnedRows => {
  const width = rows[0]?.length ?? 0
  return { bins: Uint8Array.from(rows.flat()), width, binCounts: new Int32Array(width).fill(6) }
}

const grow = (data: BinnedRows, first: readonly number[], given = options) => {
  const derivatives = { first: Float64Array.from(first), second: new Float64Array(first.length).fill(1) }
  const columns = Int32Array.from({ length: data.width }, (_, column) => column)
  return new TreeGrower(data, given).grow(derivatives, Int32Array.from(first.keys()), columns)
}

test('a hand-worked split: gain, side sums, Newton steps', () => {
  const tree = grow(binned([[1], [1], [2], [2]]), [-1, -1, 1, 1], { ...options, maxLeaves: 2 })
  // G = ∓2 and H = 2 on both sides, so each leaf steps by ±2 / (2 + 1).
  assert.deepEqual(
    tree.map(({ step, cover }) => [step, cover]),
    [
      [-0, 4],
      [2 / 3, 2],
      [-2 / 3, 2],
    ],
  )
})

test('missing values go where they lower the loss', () => {
  const leaves = (missing: number) => {
    const data = binned([[1], [1], [2], [2], [0], [0]])
    const tree = grow(data, [-1, -1, 1, 1, missing, missing], { ...options, maxLeaves: 2 })
    return [0, 2, 4].map((row) => leafOf(tree, data, row))
  }
  assert.deepEqual(leaves(-1), [1, 2, 1])
  assert.deepEqual(leaves(1), [1, 2, 2])
})

test('a column that is only present or missing can be split', () => {
  const data = binned([[0], [0], [1], [1]])
  const tree = grow(data, [-1, -1, 1, 1])
  assert.notEqual(leafOf(tree, data, 0), leafOf(tree, data, 2))
})

const cell = fc.integer({ min: 0, max: 5 })
const row = fc.record({ bins: fc.tuple(cell, cell, cell), first: fc.integer({ min: -8, max: 8 }) })

test('the first split has the greatest gain of all, as trying every one shows', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 2, maxLength: 40 }), (rows) => {
      const data = binned(rows.map(({ bins }) => bins))
      const first = rows.map((one) => one.first)
      const found = grow(data, first, { ...options, maxLeaves: 2 })[0]?.split
      const gain = (split: { column: number; bin: number; missingLeft: boolean }) => gainOf(rows, split)
      const all = [0, 1, 2].flatMap((column) =>
        [1, 2, 3, 4, 5].flatMap((bin) =>
          [true, false].map((missingLeft) => gain({ column, bin, missingLeft })),
        ),
      )
      const best = Math.max(0, ...all)
      assert.ok(Math.abs((found === undefined ? 0 : gain(found)) - best) < 1e-9)
    }),
  )
})

test('every row ends in the leaf whose sums it is part of, and limits hold', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 2, maxLength: 60 }), (rows) => {
      const data = binned(rows.map(({ bins }) => bins))
      const tree = grow(
        data,
        rows.map((one) => one.first),
      )
      const counts = new Map<number, number>()
      for (const i of rows.keys())
        counts.set(leafOf(tree, data, i), (counts.get(leafOf(tree, data, i)) ?? 0) + 1)
      for (const [leaf, count] of counts) assert.equal(tree[leaf]?.cover, count)
      assert.ok(tree.filter(({ split }) => split === undefined).length <= options.maxLeaves)
    }),
  )
})

test('a split that gains no more than minGain is not made', () => {
  const histogram = {
    sums: Float64Array.of(0, 0, -2, 2, 2, 2),
    offsets: Int32Array.of(0),
    binCounts: Int32Array.of(3),
  }
  const search = (minGain: number) => ({ columns: Int32Array.of(0), options: { ...options, minGain } })
  const node = { first: 0, second: 4 }
  // 2²/3 + 2²/3 − 0 = 8/3.
  assert.ok(Math.abs((findSplit(histogram, node, search(0))?.gain ?? 0) - 8 / 3) < 1e-12)
  assert.equal(findSplit(histogram, node, search(8 / 3)), undefined)
})

function gainOf(
  rows: readonly { readonly bins: readonly number[]; readonly first: number }[],
  split: { readonly column: number; readonly bin: number; readonly missingLeft: boolean },
): number {
  const left = rows.filter(({ bins }) => goesLeft(bins[split.column] ?? 0, split))
  const term = (part: typeof rows) =>
    part.reduce((sum, { first }) => sum + first, 0) ** 2 / (part.length + options.l2)
  const right = rows.filter((one) => !left.includes(one))
  if (left.length === 0 || right.length === 0) return 0
  return term(left) + term(right) - term(rows)
}
