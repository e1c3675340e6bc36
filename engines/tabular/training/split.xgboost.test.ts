import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { allowedColumns, childBounds, unbounded } from './constraints.ts'
import { findSplit, goesLeft } from './split.ts'
import type { Bounds, Split, SplitOptions } from './split-search.ts'

/**
 * One tree of XGBoost 3.2.0 for each case, on 160 rows of three whole-number columns with a tenth missing: reg:squarederror,
 * base_score 0.5, eta 1, max_depth 3, tree_method exact (hist where interactions are constrained), lambda 1, min_child_weight 1
 * and the case's own parameters, by Python's xgboost.train; node figures from save_raw('json'). With both alpha and bounds
 * XGBoost leaves the alpha out of the score, so that gains differ there.
 */
type PeerNode =
  | { readonly step: number; readonly cover: number }
  | {
      readonly column: number
      readonly gain: number
      readonly cover: number
      left: PeerNode
      right: PeerNode
    }
type Fixture = {
  readonly columns: readonly (readonly (number | null)[])[]
  readonly labels: readonly number[]
  readonly weights: readonly number[]
  readonly cases: Readonly<Record<string, { readonly tree: PeerNode }>>
}

const fixture: Fixture = JSON.parse(
  readFileSync(join(import.meta.dirname, 'xgboost-3.2.fixture.json'), 'utf8'),
)
const { columns, labels, weights } = fixture

/** Derivatives of weighted squared error are whole multiples of these: labels have two decimals, weights are quarters. */
const units = { first: 2 ** -16, second: 2 ** -2 }
const BIN_COUNT = 10
const firsts = labels.map((label, row) => Math.round(((weights[row] ?? 0) * (0.5 - label)) / units.first))
const seconds = weights.map((weight) => weight / units.second)
const binAt = (row: number, column: number) => (columns[column]?.[row] ?? -1) + 1

type Case = {
  readonly options?: Partial<SplitOptions>
  readonly monotone?: readonly number[]
  readonly groups?: readonly (readonly number[])[]
}
const plain: SplitOptions = {
  ...{ minLeafWeight: 1, l1: 0, l2: 1, maxStep: 0, minGain: 0 },
  ...{ setSmoothing: 0, setL2: 0, maxSetLevels: 32, maxOneAgainstRest: 4 },
}

function count(rows: readonly number[]) {
  const words = new Int32Array(2 * 3 * BIN_COUNT)
  const sums = { first: 0, second: 0 }
  for (const row of rows) {
    sums.first += (firsts[row] ?? 0) * units.first
    sums.second += (seconds[row] ?? 0) * units.second
    for (let column = 0; column < 3; column++) {
      const at = 2 * (column * BIN_COUNT + binAt(row, column))
      words[at] = (words[at] ?? 0) + (seconds[row] ?? 0)
      words[at + 1] = (words[at + 1] ?? 0) + (firsts[row] ?? 0)
    }
  }
  const binCounts = new Int32Array(3).fill(BIN_COUNT)
  return { histogram: { words, offsets: Int32Array.of(0, BIN_COUNT, 2 * BIN_COUNT), binCounts }, sums }
}

/** Grows level by level, as the tree that it is held against. */
function compare(
  given: Case,
  node: { peer: PeerNode; rows: readonly number[]; bounds: Bounds; path: number[] },
): Split | undefined {
  const { peer, rows, bounds, path } = node
  const all = Int32Array.of(0, 1, 2)
  const interactions = { groups: given.groups ?? [[0, 1, 2]], featureOfColumn: all }
  const { histogram, sums } = count(rows)
  assert.equal(sums.second, peer.cover)
  const monotone = Int8Array.from(given.monotone ?? [0, 0, 0])
  const split = findSplit({
    ...{ histogram, units, sums, bounds, monotone, kinds: new Uint8Array(3) },
    columns: allowedColumns(path, interactions, all),
    options: { ...plain, ...given.options },
  })
  if ('step' in peer) return split
  assert.ok(split !== undefined)
  assert.equal(split.column, peer.column)
  assert.ok(
    Math.abs(split.gain - peer.gain) < 1e-4 * Math.max(1, peer.gain),
    `${split.gain} is not ${peer.gain}`,
  )
  const parts = childBounds(split, bounds, monotone)
  for (const side of ['left', 'right'] as const) {
    const own = rows.filter((row) => goesLeft(binAt(row, split.column), split) === (side === 'left'))
    const child: PeerNode = peer[side]
    const step: number = split[`${side}Step`]
    if ('step' in child) assert.ok(Math.abs(step - child.step) < 1e-4, `steps ${step}, not ${child.step}`)
    const below = compare(given, {
      peer: child,
      rows: own,
      bounds: parts[side],
      path: [...path, split.column],
    })
    // Above the greatest depth a leaf is one because no split was good enough.
    if ('step' in child && path.length < 2) assert.equal(below, undefined)
  }
  return split
}

const cases: Readonly<Record<string, Case>> = {
  plain: {},
  l1: { options: { l1: 6 } },
  gamma: { options: { minGain: 20 } },
  leafWeight: { options: { minLeafWeight: 24 } },
  maxStep: { options: { maxStep: 0.8 } },
  rising: { monotone: [1, 1, 0] },
  falling: { monotone: [-1, -1, -1] },
  interactions: { groups: [[0, 1]] },
  overlapping: {
    groups: [
      [0, 1],
      [1, 2],
    ],
  },
  all: { options: { l2: 3, minLeafWeight: 6, minGain: 2 }, monotone: [1, -1, 0] },
}

for (const [name, given] of Object.entries(cases)) {
  test(`a tree under "${name}" is XGBoost's, split by split`, () => {
    const peer = fixture.cases[name]?.tree
    assert.ok(peer !== undefined)
    compare(given, { peer, rows: [...labels.keys()], bounds: unbounded, path: [] })
  })
}
