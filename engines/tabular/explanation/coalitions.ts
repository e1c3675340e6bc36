/** Shapley values by their definition, over all coalitions: what the quick ways are tested against. */
import { type Ensemble, goesLeftAt, leafAt } from '../model/ensemble.ts'

/** The worth of a coalition, a mask with one bit a player. */
type Game = (coalition: number) => number

/** Shapley (1953): the mean, over all orders of arrival, of what a player adds to those who came before. */
export function shapleyByDefinition(game: Game, players: number): Float64Array {
  const worth = worths(game, players)
  return Float64Array.from({ length: players }, (_, player) => {
    let sum = 0
    for (let others = 0; others < 2 ** players; others++) {
      if ((others >>> player) & 1) continue
      const gained = (worth[others | (1 << player)] ?? 0) - (worth[others] ?? 0)
      sum += gained * chance(size(others), players - 1)
    }
    return sum
  })
}

/**
 * The interaction values of Lundberg et al. (2020), row by row: each pair's Shapley interaction index in halves, and on the
 * diagonal what is left of a player's Shapley value.
 */
export function interactionsByDefinition(game: Game, players: number): Float64Array {
  const worth = worths(game, players)
  const values = new Float64Array(players * players)
  for (let one = 0; one < players; one++)
    for (let two = 0; two < players; two++) {
      const both = (1 << one) | (1 << two)
      for (let others = 0; one !== two && others < 2 ** players; others++) {
        if ((others & both) !== 0) continue
        const gained =
          (worth[others | both] ?? 0) -
          (worth[others | (1 << one)] ?? 0) -
          (worth[others | (1 << two)] ?? 0) +
          (worth[others] ?? 0)
        const at = one * players + two
        values[at] = (values[at] ?? 0) + (gained * chance(size(others), players - 2)) / 2
      }
    }
  const own = shapleyByDefinition(game, players)
  for (let one = 0; one < players; one++) {
    const row = values.subarray(one * players, (one + 1) * players)
    row[one] = (own[one] ?? 0) - row.reduce((sum, value) => sum + value, 0)
  }
  return values
}

/** Who is not in the coalition is averaged over by cover at each split. */
export function pathDependentGame(trees: Ensemble, featureOf: Int32Array, row: Float64Array): Game {
  const worthAt = (node: number, coalition: number): number => {
    const column = trees.column[node] ?? -1
    if (column < 0) return trees.value[node] ?? 0
    const left = trees.left[node] ?? 0
    if ((coalition >>> (featureOf[column] ?? 0)) & 1)
      return worthAt(left + (goesLeftAt(trees, node, row[column] ?? Number.NaN) ? 0 : 1), coalition)
    const covers = [trees.cover[left] ?? 0, trees.cover[left + 1] ?? 0] as const
    // A way that nobody took counts nothing, whatever lies behind it.
    return [0, 1].reduce((sum, side) => {
      const cover = covers[side] ?? 0
      return cover === 0 ? sum : sum + (cover / (covers[0] + covers[1])) * worthAt(left + side, coalition)
    }, 0)
  }
  return (coalition) => trees.roots.reduce((sum, root) => sum + worthAt(root, coalition), 0)
}

/** Who is not in the coalition is as in a row of the background; the mean over its rows. */
export function interventionalGame(
  trees: Ensemble,
  featureOf: Int32Array,
  given: { readonly row: Float64Array; readonly background: readonly Float64Array[] },
): Game {
  return (coalition) => {
    const worth = given.background.map((other) => {
      const mixed = other.map((cell, column) =>
        (coalition >>> (featureOf[column] ?? 0)) & 1 ? (given.row[column] ?? Number.NaN) : cell,
      )
      return trees.roots.reduce((sum, _, tree) => sum + (trees.value[leafAt(trees, tree, mixed)] ?? 0), 0)
    })
    return worth.reduce((sum, one) => sum + one, 0) / worth.length
  }
}

function worths(game: Game, players: number): Float64Array {
  return Float64Array.from({ length: 2 ** players }, (_, coalition) => game(coalition))
}

/** Chance that just these so many of the others came before: one by the number of such sets, and of their sizes. */
function chance(before: number, others: number): number {
  let sets = 1
  for (let i = 1; i <= before; i++) sets = (sets * (others + 1 - i)) / i
  return 1 / (sets * (others + 1))
}

function size(coalition: number): number {
  let count = 0
  for (let rest = coalition; rest > 0; rest &= rest - 1) count++
  return count
}

/** Infinity where one is longer or something is no number. */
export function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY
  const differences = Array.from(found, (one, i) => Math.abs(one - (expected[i] ?? Number.NaN)))
  return differences.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(0, ...differences)
}
