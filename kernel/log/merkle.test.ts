/** Roots and proofs from tiles, against RFC 6962's own recursion over all leaves, and against a log that others made. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { verifyConsistency, verifyInclusion } from '@khudi/sdk/verify'
import fc from 'fast-check'
import { root } from '../../test/files.ts'
import { memoryTiles } from '../../test/log-tree.ts'
import { checkpointBody, findCheckpoint } from './checkpoint.ts'
import {
  consistencyProof,
  edgeAt,
  emptyEdge,
  grown,
  inclusionProof,
  leafHash,
  leafHashes,
  rootAt,
  rootOfEdge,
} from './merkle.ts'
import { bundlesOf } from './standing.ts'
import { tilePath } from './tile-path.ts'
import { findEntries } from './tiles.ts'

const sha256 = (...parts: readonly Uint8Array[]) => {
  const made = createHash('sha256')
  for (const part of parts) made.update(part)
  return made.digest()
}
const entryOf = (index: number) => sha256(Buffer.from(`entry ${index}`))
const largest = 70_000
const leaves = Array.from({ length: largest }, (_, index) => sha256(Buffer.of(0), entryOf(index)))

/** MTH of section 2.1, remembered: with spans of whole subtrees the same questions come again. */
const known = new Map<string, Buffer>()
function naiveRoot(start: number, end: number): Buffer {
  if (end === start) return sha256()
  if (end - start === 1) return leaves[start] ?? assert.fail()
  const name = `${start}-${end}`
  const found =
    known.get(name) ?? sha256(Buffer.of(1), ...halves(start, end).map(([a, b]) => naiveRoot(a, b)))
  known.set(name, found)
  return found
}
function halves(start: number, end: number): readonly (readonly [number, number])[] {
  const middle = start + 2 ** Math.ceil(Math.log2(end - start) - 1)
  return [
    [start, middle],
    [middle, end],
  ]
}
/** PATH and PROOF of sections 2.1.1 and 2.1.2, word for word. */
function naivePath(index: number, start: number, end: number): Buffer[] {
  if (end - start === 1) return []
  const [[, middle] = [0, 0]] = halves(start, end)
  return index < middle
    ? [...naivePath(index, start, middle), naiveRoot(middle, end)]
    : [...naivePath(index, middle, end), naiveRoot(start, middle)]
}
function naiveProof(from: number, start: number, end: number, isWhole = true): Buffer[] {
  if (from === end) return isWhole ? [] : [naiveRoot(start, end)]
  const [[, middle] = [0, 0]] = halves(start, end)
  return from <= middle
    ? [...naiveProof(from, start, middle, isWhole), naiveRoot(middle, end)]
    : [...naiveProof(from, middle, end, false), naiveRoot(start, middle)]
}

const tiles = memoryTiles()
const sizes = [1, 2, 7, 255, 256, 257, 300, 511, 512, 4_000, 65_535, 65_536, 65_537, 65_900, largest]
let edge = emptyEdge
for (const size of sizes) {
  const added = grown(edge, Buffer.concat(leaves.slice(edge.size, size)))
  edge = added.edge
  tiles.put(added.tiles)
}

/** Small trees, and those around the edges of tiles, more often than the others. */
const anySize = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 240, max: 270 }),
  fc.integer({ min: 65_500, max: 65_600 }),
  fc.integer({ min: 1, max: largest }),
)
const pair = fc.tuple(anySize, anySize).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
const entryIn = pair.map(([a, b]) => [a - 1, b] as const)

test('the root of every size comes out of tiles that were written at few sizes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.constant(0), anySize), async (size) => {
      assert.deepEqual(await rootAt(size, tiles.read), naiveRoot(0, size))
    }),
    { numRuns: 300 },
  )
})

test('proofs of inclusion and consistency are those of the definition, for any sizes', async () => {
  await fc.assert(
    fc.asyncProperty(entryIn, async ([index, size]) => {
      assert.deepEqual(await inclusionProof(index, size, tiles.read), naivePath(index, 0, size))
    }),
    { numRuns: 300 },
  )
  await fc.assert(
    fc.asyncProperty(pair, async ([from, to]) => {
      assert.deepEqual(await consistencyProof(from, to, tiles.read), naiveProof(from, 0, to))
    }),
    { numRuns: 300 },
  )
})

/** One bit of the numbered byte of all these is turned. */
function flipped(parts: readonly Uint8Array[], bit: number): Buffer[] {
  const copies = parts.map((part) => Buffer.from(part))
  let at = (bit >> 3) % (copies.length * 32)
  for (const copy of copies) {
    if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7))
    at -= 32
    if (at < 0) break
  }
  return copies
}

/** As it is, or with one bit of its binary form turned; never what it was. */
const turned = (value: number, bit: number) => Number(BigInt(value) ^ (1n << BigInt(bit % 20)))

test('a proof of inclusion holds, and no bit of leaf, proof, root or index can be another', async () => {
  await fc.assert(
    fc.asyncProperty(entryIn, fc.nat(), async ([index, size], bit) => {
      const path = await inclusionProof(index, size, tiles.read)
      const [leafHash, rootHash] = [naiveRoot(index, index + 1), naiveRoot(0, size)]
      assert.ok(await verifyInclusion({ index, size, leafHash, path, rootHash }))
      const [leaf = leafHash, root = rootHash, ...rest] = flipped([leafHash, rootHash, ...path], bit)
      assert.ok(!(await verifyInclusion({ index, size, leafHash: leaf, path: rest, rootHash: root })))
      assert.ok(!(await verifyInclusion({ index: turned(index, bit), size, leafHash, path, rootHash })))
      // Trees of several sizes have the same way to a leaf; it is the signature that tells them apart.
      const other = turned(size, bit)
      const isOtherWay =
        other <= index || (other <= largest && naivePath(index, 0, other).length !== path.length)
      if (isOtherWay) assert.ok(!(await verifyInclusion({ index, size: other, leafHash, path, rootHash })))
    }),
    { numRuns: 300 },
  )
})

test('a proof of consistency holds, and no bit of proof or roots can be another', async () => {
  await fc.assert(
    fc.asyncProperty(pair, fc.nat(), async ([from, to], bit) => {
      const proof = await consistencyProof(from, to, tiles.read)
      const [fromRoot, toRoot] = [naiveRoot(0, from), naiveRoot(0, to)]
      assert.ok(await verifyConsistency({ from, to, fromRoot, toRoot, proof }))
      const [first = fromRoot, second = toRoot, ...rest] = flipped([fromRoot, toRoot, ...proof], bit)
      const other = { from, to, fromRoot: first, toRoot: second, proof: rest }
      assert.ok(!(await verifyConsistency(other)))
    }),
    { numRuns: 300 },
  )
})

test('what lies outside of the tree has no proof', async () => {
  await assert.rejects(inclusionProof(5, 5, tiles.read), RangeError)
  await assert.rejects(inclusionProof(-1, 5, tiles.read), RangeError)
  await assert.rejects(consistencyProof(6, 5, tiles.read), RangeError)
  assert.deepEqual(await consistencyProof(0, 5, tiles.read), [])
  assert.deepEqual(await consistencyProof(5, 5, tiles.read), [])
})

test('a tree that grows in any steps has the same tiles, edge and root', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 8 }), async (steps) => {
      let growing = emptyEdge
      const made = memoryTiles()
      for (const step of steps) {
        const added = grown(growing, Buffer.concat(leaves.slice(growing.size, growing.size + step)))
        growing = added.edge
        made.put(added.tiles)
        assert.deepEqual(rootOfEdge(growing), naiveRoot(0, growing.size))
      }
      const atOnce = grown(emptyEdge, Buffer.concat(leaves.slice(0, growing.size)))
      for (const { bytes, ...tile } of atOnce.tiles)
        assert.deepEqual(await made.read(tile), Buffer.from(bytes))
      assert.deepEqual(rootOfEdge(await edgeAt(growing.size, made.read)), rootOfEdge(growing))
    }),
    { numRuns: 40 },
  )
})

test('leaf hashes of a batch are those of each entry', () => {
  const batch = Buffer.concat(Array.from({ length: 10 }, (_, index) => entryOf(index)))
  assert.deepEqual(leafHashes(batch), Buffer.concat(leaves.slice(0, 10)))
  assert.deepEqual(leafHash(entryOf(3)), leaves[3])
})

const published = join(root, '../shared/data/tlog/tessera-log')
const words = 'one two three four five six seven eit nain ten ileven twelf threeten fourten fivten'.split(' ')

test('a published log of others is reproduced byte for byte, at every size', async (t) => {
  if (!existsSync(published)) return t.skip('../shared/data/tlog is absent')
  const hashes = words.map((word) => leafHash(Buffer.from(word)))
  for (let size = 0; size <= words.length; size++) {
    const note = readFileSync(join(published, `checkpoint.${size}`), 'utf8')
    const { edge: whole, tiles: made } = grown(emptyEdge, Buffer.concat(hashes.slice(0, size)))
    const rootHash = rootOfEdge(whole)
    const said = findCheckpoint(note)
    assert.deepEqual(said && { ...said, rootHash: Buffer.from(said.rootHash) }, {
      origin: 'example.com/log/testdata',
      size,
      rootHash,
    })
    assert.ok(note.startsWith(checkpointBody({ origin: 'example.com/log/testdata', size, rootHash })))
    for (const { bytes, ...tile } of made)
      assert.deepEqual(Buffer.from(bytes), readFileSync(join(published, tilePath(tile))))
    assert.equal(made.length, size === 0 ? 0 : 1)
    for (const { bytes, ...bundle } of bundlesOf(
      0,
      words.slice(0, size).map((word) => Buffer.from(word)),
    )) {
      assert.deepEqual(Buffer.from(bytes), readFileSync(join(published, tilePath(bundle))))
      assert.deepEqual(findEntries(Buffer.from(bytes))?.map(String), words.slice(0, size))
    }
  }
})
