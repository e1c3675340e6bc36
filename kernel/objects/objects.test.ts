import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { freshFolder } from '../../test/kernel.ts'
import { sha256 } from '../canonical.ts'
import { diskObjects } from './objects.ts'

const folder = freshFolder('objects')
const objects = diskObjects(folder)

function pathOf(digest: Uint8Array): string {
  const name = Buffer.from(digest).toString('hex')
  return join(folder, name.slice(0, 2), name)
}

test('any bytes are found again under their SHA-256', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
      const digest = await objects.put(bytes)
      assert.deepEqual(Buffer.from(digest), sha256(bytes))
      assert.deepEqual(await objects.find(digest), Buffer.from(bytes))
    }),
    { numRuns: 25 },
  )
})

test('what was never stored is not found', async () => {
  assert.equal(await objects.find(sha256('never stored')), undefined)
})

test('one flipped bit, wherever it is, and the object is not found', async () => {
  const bytes = Buffer.from('the artefact of a model')
  const digest = await objects.put(bytes)
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: bytes.length * 8 - 1 }), async (bit) => {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      await writeFile(pathOf(digest), damaged)
      assert.equal(await objects.find(digest), undefined)
    }),
    { numRuns: 25 },
  )
})

test('a cut object is not found, and storing it again mends it', async () => {
  const bytes = Buffer.from('an object that a crash cut')
  const digest = await objects.put(bytes)
  await writeFile(pathOf(digest), bytes.subarray(0, 5))
  assert.equal(await objects.find(digest), undefined)
  await objects.put(bytes)
  assert.deepEqual(await objects.find(digest), bytes)
})

test('the same bytes stored by several at once are one object, and nothing is left lying about', async () => {
  const bytes = Buffer.from('stored by several')
  const digests = await Promise.all(Array.from({ length: 8 }, () => objects.put(bytes)))
  assert.equal(new Set(digests.map((digest) => Buffer.from(digest).toString('hex'))).size, 1)
  const path = pathOf(sha256(bytes))
  // Objects of other tests may lie beside it; unfinished ones would begin with its name.
  const name = Buffer.from(sha256(bytes)).toString('hex')
  assert.deepEqual(
    (await readdir(dirname(path))).filter((one) => one.startsWith(name)),
    [name],
  )
  assert.deepEqual(await readFile(path), bytes)
})

test('only the owner of the data folder may read an object', async () => {
  const digest = await objects.put(Buffer.from('private'))
  assert.equal((await stat(pathOf(digest))).mode & 0o077, 0)
  assert.equal((await stat(dirname(pathOf(digest)))).mode & 0o077, 0)
})

test('what cannot be read is a fault, not an object that is missing', async () => {
  const digest = sha256('a folder in the place of a file')
  await mkdir(pathOf(digest), { recursive: true })
  await assert.rejects(objects.find(digest), { code: 'EISDIR' })
  await rm(pathOf(digest), { recursive: true })
})
