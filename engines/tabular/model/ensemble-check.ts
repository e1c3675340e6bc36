import type { Ensemble } from './ensemble.ts'

/** What keeps an ensemble from being walked, and at which tree, node or word. */
interface EnsembleFault {
  readonly where: string
  readonly what: string
}

/**
 * Looks for the first fault in an ensemble from elsewhere. In one without, every walk of a row of so many columns ends at a
 * leaf of its own tree, no node is out of reach, every set lies within the words, and every number is finite.
 */
export function checkEnsemble(trees: Ensemble, columns: number): EnsembleFault | undefined {
  const size = trees.column.length
  const perNode = [trees.threshold, trees.left, trees.missingLeft, trees.set, trees.value, trees.cover]
  if (perNode.some(({ length }) => length !== size)) return { where: 'arrays', what: 'are not of one length' }
  const starts = setStarts(trees.setWords)
  if (starts === undefined) return { where: 'setWords', what: 'end within a set' }
  return checkShape(trees) ?? checkNodes(trees, { columns, starts })
}

/** Every tree is a stretch of nodes in which each but the root is the child of exactly one earlier node. */
function checkShape({ roots, column, left }: Ensemble): EnsembleFault | undefined {
  const size = column.length
  // The roots' parent is the model itself.
  const parents = new Uint8Array(size)
  if ((roots[0] ?? size) !== 0) return { where: 'root 0', what: 'is not the first node' }
  for (let tree = 0; tree < roots.length; tree++) {
    const start = roots[tree] ?? 0
    const end = roots[tree + 1] ?? size
    if (start >= end || end > size) return { where: `root ${tree}`, what: 'does not rise' }
    parents[start] = 1
    for (let node = start; node < end; node++) {
      if ((column[node] ?? -1) < 0) continue
      const child = left[node] ?? 0
      if (child <= node || child + 1 >= end) return { where: `node ${node}`, what: 'leads out of its tree' }
      if ((parents[child] ?? 0) + (parents[child + 1] ?? 0) > 0)
        return { where: `node ${child}`, what: 'has two parents' }
      parents[child] = 1
      parents[child + 1] = 1
    }
  }
  const lost = parents.indexOf(0)
  return lost < 0 ? undefined : { where: `node ${lost}`, what: 'has no parent' }
}

function checkNodes(
  { column, threshold, left, missingLeft, set, value, cover }: Ensemble,
  { columns, starts }: { readonly columns: number; readonly starts: ReadonlySet<number> },
): EnsembleFault | undefined {
  for (let node = 0; node < column.length; node++) {
    const where = `node ${node}`
    const split = column[node] ?? -1
    const own = set[node] ?? -1
    if (split < -1 || split >= columns) return { where, what: `splits by a column outside of the ${columns}` }
    if (split < 0 && (own !== -1 || left[node] !== 0 || missingLeft[node] !== 0 || threshold[node] !== 0))
      return { where, what: 'is a leaf with a split' }
    if (split >= 0 && value[node] !== 0) return { where, what: 'is a split with a value' }
    if ((missingLeft[node] ?? 0) > 1) return { where, what: 'sends missing values neither left nor right' }
    if (own !== -1 && !starts.has(own)) return { where, what: 'splits by a set that is not there' }
    if (own !== -1 && threshold[node] !== 0) return { where, what: 'has both a set and a threshold' }
    if (!Number.isFinite(threshold[node]) || !Number.isFinite(value[node]))
      return { where, what: 'has a number that is not finite' }
    if (!((cover[node] ?? -1) >= 0 && Number.isFinite(cover[node])))
      return { where, what: 'has a cover that is not a finite number from 0' }
  }
  return undefined
}

/** Where sets begin; `undefined` when the last one is cut off. */
function setStarts(words: Uint32Array): ReadonlySet<number> | undefined {
  const starts = new Set<number>()
  let at = 0
  while (at < words.length) {
    starts.add(at)
    at += 1 + (words[at] ?? 0)
  }
  return at === words.length ? starts : undefined
}
