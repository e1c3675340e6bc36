import { readList, readNumber, readRecord, readWhole, wrong } from './json-reading.ts'
import type { TreeNodes } from './model.ts'

/** Reads the trees of a model whose rows have so many columns. */
export function readTrees(value: unknown, columns: number): TreeNodes {
  const fields = readRecord(value, 'trees', ['roots', 'column', 'threshold', 'left', 'missingLeft', 'value'])
  const size = Array.isArray(fields.column) ? fields.column.length : 0
  const whole =
    (most: number, least = 0) =>
    (item: unknown, where: string) =>
      readWhole(item, where, { least, most })
  const nodes = (
    field: 'column' | 'left' | 'missingLeft',
    item: (value: unknown, where: string) => number,
  ): number[] => readList(fields[field], `trees.${field}`, { length: size, item })
  const numbers = (field: 'threshold' | 'value'): Float64Array =>
    Float64Array.from(
      readList(fields[field], `trees.${field}`, { length: size, item: (n, at) => readNumber(n, at) }),
    )
  const trees: TreeNodes = {
    roots: Int32Array.from(readList(fields.roots, 'trees.roots', { item: whole(Math.max(0, size - 1)) })),
    column: Int32Array.from(nodes('column', whole(columns - 1, -1))),
    threshold: numbers('threshold'),
    left: Int32Array.from(nodes('left', whole(Math.max(0, size - 2)))),
    missingLeft: Uint8Array.from(nodes('missingLeft', whole(1))),
    value: numbers('value'),
  }
  checkShape(trees)
  return trees
}

/**
 * Every tree is a stretch of nodes in which each but the root is the child of exactly one earlier node; so
 * every walk ends, in its own tree, and no node is out of reach.
 */
function checkShape({ roots, column, threshold, left, missingLeft }: TreeNodes): void {
  const parents = new Uint8Array(column.length)
  for (let tree = 0; tree < roots.length; tree++) {
    const start = roots[tree] ?? 0
    const end = roots[tree + 1] ?? column.length
    if (start >= end) throw wrong(`trees.roots[${tree}]`, 'does not rise')
    for (let node = start; node < end; node++) {
      const child = left[node] ?? 0
      if ((column[node] ?? -1) < 0) {
        if (child !== 0 || threshold[node] !== 0 || missingLeft[node] !== 0)
          throw wrong(`trees leaf ${node}`, 'has a split')
        continue
      }
      if (child <= node || child + 1 >= end) throw wrong(`trees.left[${node}]`, 'leaves its tree')
      parents[child] = (parents[child] ?? 0) + 1
      parents[child + 1] = (parents[child + 1] ?? 0) + 1
    }
  }
  const isRoot = new Set(roots)
  const lost = parents.findIndex((count, node) => count !== (isRoot.has(node) ? 0 : 1))
  if (lost >= 0) throw wrong(`trees node ${lost}`, 'is not in exactly one tree')
}
