import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { unbounded } from './constraints.ts'
import { findSplit, goesLeft } from './split.ts'
import { type Bounds, type Split, type SplitOptions, type SplitSearch, stepOf } from './split-search.ts'

const BIN_COUNT = 6

/** A row of whole-number derivatives, in units, and its bin in each column. */
type TestRow = { readonly first: number; readonly second: number; readonly bins: readonly number[] }

const options: SplitOptions = {
  minLeafWeight: 0.5,
  l1: 0,
  l2: 1,
  maxStep: 0,
  minGain: 0,
  setSmoothing: 0,
  setL2: 0,
  maxSetLevels: 127,
  maxOneAgainstRest: 0,
}

/** A node of the rows; columns are ordered unless `kinds` says otherwise. */
function searchIn(rows: readonly TestRow[], given: Partial<SplitSearch> = {}): SplitSearch {
  const width = rows[0]?.bins.length ?? 0
  const units = given.units ?? { first: 1, second: 1 }
  const binCount = Math.max(BIN_COUNT, ...rows.flatMap(({ bins }) => bins.map((bin) => bin + 1)))
  const words = new Int32Array(2 * binCount * width)
  const [sums, columns] = [{ first: 0, second: 0 }, Int32Array.from({ length: width }, (_, column) => column)]
  for (const { first, second, bins } of rows) {
    sums.first += first * units.first
    sums.second += second * units.second
    bins.forEach((bin, column) => {
      const at = 2 * (column * binCount + bin)
      words[at] = (words[at] ?? 0) + second
      words[at + 1] = (words[at + 1] ?? 0) + first
    })
  }
  const binCounts = new Int32Array(width).fill(binCount)
  const offsets = columns.map((column) => column * binCount)
  const free = { kinds: new Uint8Array(width), monotone: new Int8Array(width), bounds: unbounded, options }
  return { histogram: { words, offsets, binCounts }, units, sums, columns, ...free, ...given }
}

const oneColumn = (...bins: readonly (readonly [bin: number, first: number])[]): readonly TestRow[] =>
  bins.map(([bin, first]) => ({ first, second: 1, bins: [bin] }))

test('a hand-worked split: gain, side sums, steps', () => {
  const found = findSplit(searchIn(oneColumn([1, -1], [1, -1], [2, 1], [2, 1])))
  // G = ∓2 and H = 2 on both sides: each side scores 2² / (2 + 1) and steps by ±2 / (2 + 1), and the node scores nothing.
  assert.ok(Math.abs((found?.gain ?? 0) - 8 / 3) < 1e-15)
  assert.deepEqual(found, {
    ...{ gain: found?.gain, column: 0, kind: 'cut', bin: 1, missingLeft: true },
    ...{ leftSums: { first: -2, second: 2 }, rightSums: { first: 2, second: 2 } },
    ...{ leftStep: 2 / 3, rightStep: -2 / 3 },
  })
})

test('a split that gains no more than minGain is not made', () => {
  const rows = oneColumn([1, -1], [1, -1], [2, 1], [2, 1])
  const { gain = 0 } = findSplit(searchIn(rows)) ?? {}
  assert.equal(findSplit(searchIn(rows, { options: { ...options, minGain: gain } })), undefined)
  assert.notEqual(
    findSplit(searchIn(rows, { options: { ...options, minGain: gain * (1 - 1e-9) } })),
    undefined,
  )
})

test('rows that are alike are not split, whatever rounding says', () => {
  // With so much weight the ridge is lost in the last bits, so that every split gains nothing, or a little by rounding.
  const units = { first: 2 ** 20, second: 2 ** 20 }
  const size = fc.integer({ min: 1, max: 2 ** 20 })
  fc.assert(
    fc.property(
      size,
      size,
      fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 2 }),
      (first, second, bins) => {
        const rows = bins.map((own): TestRow => ({ first, second, bins: own }))
        assert.equal(findSplit(searchIn(rows, { units, options: { ...options, l2: 1e-3 } })), undefined)
      },
    ),
  )
})

test('where none was missing, missing values go with the heavier side', () => {
  const sideOf = (...bins: readonly (readonly [number, number])[]) =>
    findSplit(searchIn(oneColumn(...bins)))?.missingLeft
  assert.equal(sideOf([1, -1], [1, -1], [2, 1]), true)
  assert.equal(sideOf([1, -1], [2, 1], [2, 1]), false)
})

test('missing values alone can be parted from all others', () => {
  for (const kind of [0, 1]) {
    const rows = oneColumn([0, -1], [0, -1], [1, 1], [2, 1], [3, 1])
    const found = findSplit(searchIn(rows, { kinds: Uint8Array.of(kind) }))
    assert.ok(found !== undefined)
    const sides = rows.map(({ bins }) => goesLeft(bins[0] ?? 0, found))
    assert.equal(new Set(sides.slice(0, 2)).size, 1)
    assert.ok(sides.slice(2).every((side) => side !== sides[0]))
  }
})

test('sums of second derivatives use all 32 bits of their word', () => {
  const rows = [
    { first: -9, second: 2 ** 31 + 5, bins: [1] },
    { first: 9, second: 2 ** 30, bins: [2] },
  ]
  const found = findSplit(searchIn(rows, { options: { ...options, l2: 1e-3 } }))
  assert.deepEqual(found?.leftSums, { first: -9, second: 2 ** 31 + 5 })
})

const bin = fc.integer({ min: 0, max: BIN_COUNT - 1 })
const testRow = fc.record({
  first: fc.integer({ min: -20, max: 20 }),
  second: fc.integer({ min: 1, max: 9 }),
  bins: fc.tuple(bin, bin, bin),
})
const anyOptions = fc.record({
  minLeafWeight: fc.constantFrom(1e-6, 3, 12),
  l1: fc.constantFrom(0, 0, 2.5),
  l2: fc.constantFrom(1e-3, 1, 7.5),
  maxStep: fc.constantFrom(0, 0, 0.4),
  minGain: fc.constantFrom(0, 0.3),
  setSmoothing: fc.constant(0),
  setL2: fc.constantFrom(0, 2),
  maxSetLevels: fc.constant(127),
  maxOneAgainstRest: fc.constant(0),
})
const anyBounds = fc.constantFrom<Bounds>(unbounded, unbounded, { low: -0.5, high: 0.25 })
const anySearch = fc
  .record({
    rows: fc.array(testRow, { minLength: 2, maxLength: 30 }),
    options: anyOptions,
    bounds: anyBounds,
    monotone: fc.constantFrom([0, 0, 0], [1, 0, 0], [-1, 1, 0]).map((signs) => Int8Array.from(signs)),
    unit: fc.constantFrom(1, 2 ** -7, 2 ** 5),
    // Least weight leaves no room for the theorem about sets, so the last column is a set only without it.
    hasSet: fc.boolean(),
  })
  .map(({ rows, unit, hasSet, ...given }) => {
    const isSet = hasSet && given.options.minLeafWeight === 1e-6
    const kinds = Uint8Array.of(0, 0, isSet ? 1 : 0)
    return { rows, search: searchIn(rows, { ...given, kinds, units: { first: unit, second: unit } }) }
  })

/** What the best steps take off the penalised loss: of each side by itself, by trying the ends and the vertex of the curve. */
function scoreBySearch(first: number, second: number, { options: own, bounds }: SplitSearch) {
  const loss = (step: number) =>
    2 * first * step + (second + own.l2) * step * step + 2 * own.l1 * Math.abs(step)
  const limit = own.maxStep > 0 ? own.maxStep : Number.POSITIVE_INFINITY
  const hold = (step: number) =>
    Math.min(Math.max(Math.min(Math.max(step, -limit), limit), bounds.low), bounds.high)
  const steps = [-1, 1].map((sign) => hold(-(first + sign * own.l1) / (second + own.l2)))
  const [best = 0] = [...steps, hold(0)].sort((a, b) => loss(a) - loss(b))
  return { score: -loss(best), step: best }
}

/** Every way to send each column's bins left. */
function everyWay(kinds: Uint8Array): { readonly column: number; readonly left: readonly number[] }[] {
  return [...kinds].flatMap((kind, column) => {
    const present = kind === 1 ? subsets(BIN_COUNT - 1) : cuts(BIN_COUNT - 1).slice(1)
    return present.flatMap((left) => [
      { column, left },
      { column, left: [0, ...left] },
    ])
  })
}

const cuts = (last: number) =>
  Array.from({ length: last + 1 }, (_, cut) => Array.from({ length: cut }, (_, i) => i + 1))
const subsets = (last: number) =>
  Array.from(
    { length: 2 ** last },
    (_, bits) => cuts(last)[last]?.filter((level) => bits & (1 << (level - 1))) ?? [],
  )

/** The gain of sending these bins left; −∞ where that is not allowed. */
function gainOf(
  rows: readonly TestRow[],
  search: SplitSearch,
  { column, left }: { readonly column: number; readonly left: readonly number[] },
): number {
  const { units, options: own } = search
  const sum = (part: readonly TestRow[], name: 'first' | 'second') =>
    part.reduce((total, row) => total + row[name] * units[name], 0)
  const parts = [true, false].map((side) =>
    rows.filter(({ bins }) => left.includes(bins[column] ?? 0) === side),
  )
  const isSet = search.kinds[column] === 1
  const of = isSet ? { ...search, options: { ...own, l2: own.l2 + own.setL2 } } : search
  const [one, other] = parts.map((part) => scoreBySearch(sum(part, 'first'), sum(part, 'second'), of))
  if (one === undefined || other === undefined) return Number.NEGATIVE_INFINITY
  if (parts.some((part) => sum(part, 'second') < own.minLeafWeight)) return Number.NEGATIVE_INFINITY
  if ((search.monotone[column] ?? 0) * (other.step - one.step) < 0) return Number.NEGATIVE_INFINITY
  return one.score + other.score - scoreBySearch(sum(rows, 'first'), sum(rows, 'second'), search).score
}

const leftBins = (split: Split) =>
  Array.from({ length: BIN_COUNT }, (_, at) => at).filter((at) => goesLeft(at, split))

test('the split has the greatest gain of all allowed ones, as trying every one shows', () => {
  fc.assert(
    fc.property(anySearch, ({ rows, search }) => {
      const found = findSplit(search)
      const best = Math.max(...everyWay(search.kinds).map((way) => gainOf(rows, search, way)))
      const close = 1e-9 * Math.max(1, Math.abs(best))
      if (found === undefined) return assert.ok(best <= search.options.minGain + close, `missed ${best}`)
      assert.ok(found.gain > search.options.minGain)
      assert.ok(Math.abs(found.gain - best) < close, `${found.gain} is not ${best}`)
      const own = gainOf(rows, search, { column: found.column, left: leftBins(found) })
      assert.ok(Math.abs(found.gain - own) < close, `says ${found.gain}, is ${own}`)
    }),
    { numRuns: 300 },
  )
})

test('sums and steps are those of the rows that go each way, exactly', () => {
  fc.assert(
    fc.property(anySearch, ({ rows, search }) => {
      const found = findSplit(search)
      fc.pre(found !== undefined)
      for (const side of ['left', 'right'] as const) {
        const own = rows.filter(({ bins }) => goesLeft(bins[found.column] ?? 0, found) === (side === 'left'))
        const { sums } = searchIn(own, { units: search.units })
        assert.deepEqual(found[`${side}Sums`], sums)
        assert.equal(found[`${side}Step`], stepOf(sums, search.options, search.bounds))
      }
    }),
  )
})

test('no other step within the limits lowers the penalised loss more', () => {
  const real = fc.double({ min: -50, max: 50, noNaN: true })
  const weight = fc.double({ min: 0, max: 50, noNaN: true })
  fc.assert(
    fc.property(real, weight, anyOptions, anyBounds, real, (first, second, own, bounds, other) => {
      const step = stepOf({ first, second }, own, bounds)
      const limit = own.maxStep > 0 ? own.maxStep : Number.POSITIVE_INFINITY
      const [low, high] = [Math.max(bounds.low, -limit), Math.min(bounds.high, limit)]
      assert.ok(step >= low && step <= high)
      const tried = Math.min(Math.max(other, low), high)
      const loss = (at: number) => first * at + ((second + own.l2) * at * at) / 2 + own.l1 * Math.abs(at)
      assert.ok(loss(step) <= loss(tried) + 1e-9)
    }),
  )
})

test('of equal gains the first column wins, in it missing to the right, then the lowest bin', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ first: fc.integer({ min: -9, max: 9 }), bin }), { minLength: 2 }),
      (given) => {
        const rows = given.map(({ first, bin: own }) => ({ first, second: 1, bins: [own, own] }))
        const found = findSplit(searchIn(rows, { options: { ...options, minLeafWeight: 1e-6 } }))
        fc.pre(found?.kind === 'cut')
        const alone = findSplit({ ...searchIn(rows), columns: Int32Array.of(1) })
        assert.deepEqual({ ...found, column: 1 }, alone)
        assert.equal(found.column, 0)
      },
    ),
  )
  // Bins 2 and 3 are empty, so cuts after 1, 2 and 3 are one split.
  const found = findSplit(searchIn(oneColumn([1, -1], [4, 1])))
  assert.ok(found?.kind === 'cut' && found.bin === 1)
})

test('only the columns that are listed are split', () => {
  const rows = [
    { first: -5, second: 1, bins: [1, 1] },
    { first: 5, second: 1, bins: [2, 2] },
  ]
  assert.equal(findSplit(searchIn(rows, { columns: Int32Array.of(1) }))?.column, 1)
  assert.equal(findSplit(searchIn(rows, { columns: Int32Array.of() })), undefined)
})
