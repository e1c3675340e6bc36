/**
 * Proofs of RFC 6962 and RFC 9162 trees, and of subtrees as in draft-ietf-plants-merkle-tree-certs, section 4.
 *
 * Positions alone decide on which side each hash of a proof goes, so that is worked out first, as a list of steps; hashing
 * along the list is all that waits. Sizes and indexes are integers up to 2^53 − 1.
 */
import { type Bytes, hashBytes, isSame, sha256 } from './bytes.ts'

/**
 * Hash of an entry as it stands in the tree: SHA-256(0x00 ‖ entry).
 *
 * @example
 * ```ts
 * import { leafHashOf } from '@khudi/sdk/verify'
 * const hash = await leafHashOf(new TextEncoder().encode('an entry')) // 32 bytes
 * ```
 */
export function leafHashOf(entry: Uint8Array): Promise<Bytes> {
  return sha256(Uint8Array.of(0), entry)
}

export interface Inclusion {
  readonly index: number
  readonly size: number
  readonly leafHash: Uint8Array
  /** From the leaf's sibling to the child of the root. */
  readonly path: readonly Uint8Array[]
  readonly rootHash: Uint8Array
}

/**
 * Whether the path proves that the leaf stands at the index in the tree (RFC 9162, section 2.1.3.2).
 *
 * @example
 * ```ts
 * import { leafHashOf, verifyInclusion } from '@khudi/sdk/verify'
 * const leafHash = await leafHashOf(new TextEncoder().encode('the only entry'))
 * await verifyInclusion({ index: 0, size: 1, leafHash, path: [], rootHash: leafHash }) // true
 * ```
 */
export function verifyInclusion({ index, size, leafHash, path, rootHash }: Inclusion): Promise<boolean> {
  return verifySubtreeInclusion({ index, start: 0, end: size, leafHash, path, subtreeHash: rootHash })
}

export interface SubtreeInclusion {
  readonly index: number
  /** First leaf of the subtree. */
  readonly start: number
  /** The leaf behind its last one. */
  readonly end: number
  readonly leafHash: Uint8Array
  readonly path: readonly Uint8Array[]
  readonly subtreeHash: Uint8Array
}

/**
 * Whether the path proves that the leaf stands at the index in the subtree of the leaves from `start` to before `end`.
 *
 * @example
 * ```ts
 * import { leafHashOf, verifySubtreeInclusion } from '@khudi/sdk/verify'
 * const leafHash = await leafHashOf(new TextEncoder().encode('entry 8'))
 * await verifySubtreeInclusion({ index: 8, start: 8, end: 9, leafHash, path: [], subtreeHash: leafHash }) // true
 * ```
 */
export async function verifySubtreeInclusion(proof: SubtreeInclusion): Promise<boolean> {
  const sides = inclusionSides(proof, proof.path.length)
  if (sides === undefined || !areHashes([proof.leafHash, ...proof.path])) return false
  let hash = proof.leafHash
  for (const [at, other] of proof.path.entries())
    hash = sides[at] === 'left' ? await nodeHash(other, hash) : await nodeHash(hash, other)
  return isSame(hash, proof.subtreeHash)
}

export interface Consistency {
  readonly from: number
  readonly to: number
  readonly fromRoot: Uint8Array
  readonly toRoot: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/**
 * Whether the proof shows the smaller tree to be the beginning of the larger one (RFC 9162, section 2.1.4.2). Nothing can be
 * proven about the empty tree but that it is itself.
 *
 * @example
 * ```ts
 * import { leafHashOf, verifyConsistency } from '@khudi/sdk/verify'
 * const root = await leafHashOf(new TextEncoder().encode('the only entry'))
 * await verifyConsistency({ from: 1, to: 1, fromRoot: root, toRoot: root, proof: [] }) // true
 * ```
 */
export async function verifyConsistency(given: Consistency): Promise<boolean> {
  const { from, to, fromRoot, toRoot, proof } = given
  if (from === 0) return to === 0 && isSame(fromRoot, toRoot) && (await isEmpty(fromRoot, proof))
  return verifySubtreeConsistency({
    start: 0,
    end: from,
    size: to,
    subtreeHash: fromRoot,
    rootHash: toRoot,
    proof,
  })
}

export interface SubtreeConsistency {
  readonly start: number
  readonly end: number
  readonly size: number
  readonly subtreeHash: Uint8Array
  readonly rootHash: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/**
 * Whether the proof shows the subtree of the leaves from `start` to before `end` to be part of the tree.
 *
 * @example
 * ```ts
 * import { leafHashOf, verifySubtreeConsistency } from '@khudi/sdk/verify'
 * const root = await leafHashOf(new TextEncoder().encode('the only entry'))
 * const whole = { start: 0, end: 1, size: 1, subtreeHash: root, rootHash: root, proof: [] }
 * await verifySubtreeConsistency(whole) // true
 * ```
 */
export async function verifySubtreeConsistency(given: SubtreeConsistency): Promise<boolean> {
  const { start, end, size, subtreeHash, rootHash, proof } = given
  if (start === end) return areCounts(start, size) && end <= size && isEmpty(subtreeHash, proof)
  const plan = consistencyPlan(given, proof.length)
  const [seed = subtreeHash] = plan?.begins === 'proof' ? proof : []
  const hashes = plan?.begins === 'proof' ? proof.slice(1) : proof
  if (plan === undefined || (proof.length > 0 && !areHashes([subtreeHash, ...proof]))) return false
  let inSubtree = seed
  let inTree = seed
  for (const [at, other] of hashes.entries()) {
    const step = plan.steps[at]
    if (step?.isInSubtree === true) inSubtree = await nodeHash(other, inSubtree)
    inTree = step?.side === 'left' ? await nodeHash(other, inTree) : await nodeHash(inTree, other)
  }
  return isSame(inSubtree, subtreeHash) && isSame(inTree, rootHash)
}

type Side = 'left' | 'right'

interface Span {
  readonly start: number
  readonly end: number
}

/** On which side of what was hashed so far each of `count` hashes goes; undefined where a proof has another length. */
function inclusionSides(
  { index, start, end }: Span & { readonly index: number },
  count: number,
): Side[] | undefined {
  if (!isSubtree({ start, end }) || !areCounts(index) || index < start || index >= end) return undefined
  const sides: Side[] = []
  let at = index - start
  let last = end - start - 1
  while (last > 0) {
    // At the right edge the levels on which there is no sibling are passed over.
    const isLeft = isOdd(at) || at === last
    if (isLeft) while (!isOdd(at)) [at, last] = [half(at), half(last)]
    sides.push(isLeft ? 'left' : 'right')
    ;[at, last] = [half(at), half(last)]
  }
  return sides.length === count ? sides : undefined
}

interface Step {
  readonly side: Side
  /** Whether the hash is one of the subtree too, where it always goes to the left. */
  readonly isInSubtree: boolean
}

interface Plan {
  /** What hashing begins with: the subtree's own hash, or the first of the proof. */
  readonly begins: 'subtree' | 'proof'
  readonly steps: readonly Step[]
}

function consistencyPlan(
  { start, end, size }: Span & { readonly size: number },
  count: number,
): Plan | undefined {
  if (!isSubtree({ start, end }) || !areCounts(size) || end > size) return undefined
  let [first, last, tip] = [start, end - 1, size - 1]
  const rise = () => {
    ;[first, last, tip] = [half(first), half(last), half(tip)]
  }
  while (first !== last && (last === tip || isOdd(last))) rise()
  const begins = first === last ? 'subtree' : 'proof'
  const steps: Step[] = []
  while (tip > 0) {
    const isLeft = isOdd(last) || last === tip
    steps.push({ side: isLeft ? 'left' : 'right', isInSubtree: isLeft && first < last })
    if (isLeft) while (!isOdd(last)) rise()
    rise()
  }
  return count === steps.length + (begins === 'proof' ? 1 : 0) ? { begins, steps } : undefined
}

/** Whether the span begins where a subtree of its width can: at a multiple of the next power of two. */
function isSubtree({ start, end }: Span): boolean {
  if (!areCounts(start, end) || start >= end) return false
  let width = 1
  while (width < end - start) width *= 2
  return start % width === 0
}

async function isEmpty(hash: Uint8Array, proof: readonly Uint8Array[]): Promise<boolean> {
  return proof.length === 0 && isSame(hash, await sha256())
}

/** SHA-256(0x01 ‖ left ‖ right). */
function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Bytes> {
  return sha256(Uint8Array.of(1), left, right)
}

/** Two hashes of other lengths could stand for another pair, so every one is measured. */
const areHashes = (hashes: readonly Uint8Array[]) => hashes.every(({ length }) => length === hashBytes)
const areCounts = (...counts: readonly number[]) =>
  counts.every((count) => Number.isSafeInteger(count) && count >= 0)
// Bit operations would cut at 2^32.
const half = (count: number) => Math.floor(count / 2)
const isOdd = (count: number) => count % 2 === 1
