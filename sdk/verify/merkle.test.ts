/** Proofs that others published, with the verdicts they expect; and trees of any size, made by RFC 6962's own recursion. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  leafHashOf,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from '@khudi/sdk/verify'
import fc from 'fast-check'
import { z } from 'zod'
import { root } from '../../test/files.ts'
import { madeLeafHash, madePath, madeRoot } from '../../test/made-receipts.ts'

const published = join(root, '../shared/data/tlog/merkle')
const Hash = z.string().transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
const Proof = z.object({
  proof: z
    .array(Hash)
    .nullable()
    .transform((hashes) => hashes ?? []),
})
const Expected = Proof.extend({ wantErr: z.boolean() })
const Roots = Expected.extend({ root1: Hash, root2: Hash })
const Leaf = Expected.extend({ leafIdx: z.number(), leafHash: Hash, root: Hash })
const verdicts = {
  inclusion: (json: unknown) => {
    const { leafIdx, treeSize, leafHash, root, proof } = Leaf.extend({ treeSize: z.number() }).parse(json)
    return verifyInclusion({ index: leafIdx, size: treeSize, leafHash, path: proof, rootHash: root })
  },
  consistency: (json: unknown) => {
    const given = Roots.extend({ size1: z.number(), size2: z.number() }).parse(json)
    const { size1: from, size2: to, root1: fromRoot, root2: toRoot, proof } = given
    return verifyConsistency({ from, to, fromRoot, toRoot, proof })
  },
  subtreeinclusion: (json: unknown) => {
    const given = Leaf.extend({ start: z.number(), end: z.number() }).parse(json)
    const { leafIdx: index, leafHash, root: subtreeHash, start, end, proof } = given
    return verifySubtreeInclusion({ index, start, end, leafHash, path: proof, subtreeHash })
  },
  subtreeconsistency: (json: unknown) => {
    const given = Roots.extend({ start: z.number(), end: z.number(), size: z.number() }).parse(json)
    const { start, end, size, root1: subtreeHash, root2: rootHash, proof } = given
    return verifySubtreeConsistency({ start, end, size, subtreeHash, rootHash, proof })
  },
} as const

test('518 published proofs get the verdicts that were published with them', async (t) => {
  if (!existsSync(published)) return t.skip('NOT RUN: the published proofs are not in ../shared/data/tlog')
  let count = 0
  const wrong: string[] = []
  for (const [folder, verdict] of Object.entries(verdicts))
    for (const path of globSync(join(published, folder, '**/*.json'))) {
      const json: unknown = JSON.parse(readFileSync(path, 'utf8'))
      count += 1
      if ((await verdict(json)) === Expected.parse(json).wantErr) wrong.push(path)
    }
  assert.deepEqual(wrong, [])
  assert.equal(count, 518)
})

const largest = 300
const leaves = Array.from({ length: largest }, (_, at) => madeLeafHash(Buffer.from(`entry ${at}`)))
const sizes = fc.integer({ min: 1, max: largest })
const placed = sizes.chain((size) => fc.tuple(fc.nat(size - 1), fc.constant(size)))
/** PROOF(m, D) of section 2.1.2. */
function madeProof(from: number, all: readonly Buffer[], isWhole = true): Buffer[] {
  if (from === all.length) return isWhole ? [] : [madeRoot(all)]
  let middle = 1
  while (middle * 2 < all.length) middle *= 2
  return from <= middle
    ? [...madeProof(from, all.slice(0, middle), isWhole), madeRoot(all.slice(middle))]
    : [...madeProof(from - middle, all.slice(middle), false), madeRoot(all.slice(0, middle))]
}
const flipped = (bytes: Buffer, bit: number) => {
  const changed = Buffer.from(bytes)
  const at = (bit >> 3) % bytes.length
  changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7))
  return changed
}

test('every path of every tree proves its own leaf at its own place and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(placed, fc.nat(), fc.nat(), async ([index, size], which, bit) => {
      const tree = leaves.slice(0, size)
      const path = madePath(index, tree)
      const leafHash = leaves[index] ?? assert.fail()
      const proof = { index, size, leafHash, path, rootHash: madeRoot(tree) }
      assert.ok(await verifyInclusion(proof))
      const place = which % (path.length + 2)
      const damaged = path.map((hash, at) => (at === place ? flipped(hash, bit) : hash))
      const changed = {
        ...proof,
        path: damaged,
        ...(place === path.length && { leafHash: flipped(leafHash, bit) }),
        ...(place === path.length + 1 && { rootHash: flipped(proof.rootHash, bit) }),
      }
      assert.ok(!(await verifyInclusion(changed)))
      const elsewhere = (index + 1 + (which % size)) % (size + 1)
      assert.ok(!(await verifyInclusion({ ...proof, index: elsewhere })))
      assert.ok(!(await verifyInclusion({ ...proof, path: [...path, leafHash] })))
    }),
  )
})

test('every smaller tree is proven to be the beginning of every larger one, and of no other', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, sizes, fc.nat(), fc.nat(), async (one, other, which, bit) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)]
      const proof = madeProof(from, leaves.slice(0, to))
      const [fromRoot, toRoot] = [madeRoot(leaves.slice(0, from)), madeRoot(leaves.slice(0, to))]
      const whole = { from, to, fromRoot, toRoot, proof }
      assert.ok(await verifyConsistency(whole))
      const place = which % (proof.length + 2)
      const changed = {
        ...whole,
        proof: proof.map((hash, at) => (at === place ? flipped(hash, bit) : hash)),
        ...(place === proof.length && { fromRoot: flipped(fromRoot, bit) }),
        ...(place === proof.length + 1 && { toRoot: flipped(toRoot, bit) }),
      }
      assert.ok(!(await verifyConsistency(changed)))
    }),
  )
})

test('the empty tree is only ever itself', async () => {
  const [empty, full] = [madeRoot([]), madeRoot(leaves.slice(0, 3))]
  assert.ok(await verifyConsistency({ from: 0, to: 0, fromRoot: empty, toRoot: empty, proof: [] }))
  assert.ok(!(await verifyConsistency({ from: 0, to: 3, fromRoot: empty, toRoot: full, proof: [] })))
  assert.ok(!(await verifyConsistency({ from: 0, to: 0, fromRoot: full, toRoot: full, proof: [] })))
})

test('a leaf hash is that of RFC 6962', async () => {
  const empty = '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'
  assert.equal(Buffer.from(await leafHashOf(new Uint8Array())).toString('hex'), empty)
})

test('leaves side by side that are no subtree are refused, also where every hash is right', async () => {
  const [one, two] = leaves.slice(1, 3)
  assert.ok(one !== undefined && two !== undefined)
  const subtreeHash = madeRoot([one, two])
  const inclusion = { index: 1, leafHash: one, path: [two], subtreeHash }
  assert.ok(!(await verifySubtreeInclusion({ ...inclusion, start: 1, end: 3 })))
  assert.ok(await verifySubtreeInclusion({ ...inclusion, index: 2, start: 2, end: 4 }))
})
