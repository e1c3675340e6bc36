import { TabularInputError } from '../errors.ts'
import type { Boosted } from '../training/boosting.ts'
import type { BinnedTree } from '../training/tree.ts'
import type { Calibration } from '../trust/calibration.ts'
import { sumsAreExact, type TabularModel, type TreeNodes, toGrid } from './model.ts'

/**
 * Turns binned trees into the model's flat form: bins become thresholds, steps become expected values in
 * calibrated margin. The expected value of a split node is the mean of its leaves, weighted by cover, so the
 * sum over a path from the root is what the leaf adds.
 */
export function flattenTrees(
  boosted: Boosted,
  by: { readonly learningRate: number; readonly calibration: Calibration },
): Pick<TabularModel, 'baseMargin' | 'trees'> {
  const { slope, intercept } = by.calibration
  const trees = emptyNodes(boosted.trees)
  let baseMargin = toGrid(slope * boosted.baseMargin + intercept)
  let root = 0
  boosted.trees.forEach((tree, index) => {
    trees.roots[index] = root
    const expected = expectedSteps(tree)
    tree.forEach(({ split, left }, at) => {
      const node = root + at
      trees.value[node] = toGrid(slope * by.learningRate * (expected[at] ?? 0))
      if (split === undefined) return
      trees.column[node] = split.column
      // A cut after the last bin keeps every present value left of the missing ones.
      trees.threshold[node] = boosted.cuts[split.column]?.[split.bin - 1] ?? Number.MAX_VALUE
      trees.left[node] = root + left
      trees.missingLeft[node] = split.missingLeft ? 1 : 0
    })
    baseMargin += trees.value[root] ?? 0
    root += tree.length
  })
  if (!sumsAreExact(baseMargin, trees.value)) {
    throw new TabularInputError(
      'weight_invalid',
      'the weights drive the trees to values too large to be summed exactly; let them average about 1',
    )
  }
  return { baseMargin, trees }
}

function emptyNodes(trees: readonly BinnedTree[]): TreeNodes {
  const size = trees.reduce((sum, tree) => sum + tree.length, 0)
  return {
    roots: new Int32Array(trees.length),
    column: new Int32Array(size).fill(-1),
    threshold: new Float64Array(size),
    left: new Int32Array(size),
    missingLeft: new Uint8Array(size),
    value: new Float64Array(size),
  }
}

/** Children come after their parents, so one pass from the end sees every child before its parent. */
function expectedSteps(tree: BinnedTree): Float64Array {
  const expected = new Float64Array(tree.length)
  for (let at = tree.length - 1; at >= 0; at--) {
    const node = tree[at]
    if (node === undefined) continue
    if (node.split === undefined) {
      expected[at] = node.step
      continue
    }
    const left = tree[node.left]?.cover ?? 0
    const right = tree[node.left + 1]?.cover ?? 0
    expected[at] =
      (left * (expected[node.left] ?? 0) + right * (expected[node.left + 1] ?? 0)) / (left + right)
  }
  return expected
}
